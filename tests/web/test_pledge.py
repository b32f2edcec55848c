"""A further step promised without a letter."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from campaign.database import Database
from campaign.letters import Bank
from campaign.models import Pledge
from campaign.partners import Partner
from tests.web.conftest import MakeApp
from tests.web.visitor import Visitor, confirm_page, count, mailed, rows

PROMISE = "I promise"
ANSWERS: dict[str, Any] = {
    "pledges": ["call", "give"],
    "name": "Ana Reyes",
    "zip": "04101",
    "email": "ana@example.org",
}


def promise(visitor: Visitor, path: str = "/pledge", **answers: Any) -> Visitor:
    return visitor.open(path).press(PROMISE, **{**ANSWERS, **answers})


def total(visitor: Visitor) -> dict[str, int]:
    count(visitor.client.application)
    answer = visitor.client.get("/api/v1/counts").json
    assert answer is not None
    return dict(answer["pledges"]["by_kind"])


def test_a_promise_counts_once_it_is_confirmed(app: Flask, visitor: Visitor, database: Database, bank: Bank) -> None:
    promise(visitor)
    assert (visitor.status, visitor.heading) == (200, "Look into your mail")
    assert bank.pledges["call"].next in visitor.text
    assert rows(database) == {"supporters": 1, "pledges": 2, "confirm_links": 1, "mails": 2}
    assert total(visitor) == {}
    visitor.open(confirm_page(app)).press("Yes, I promise this")
    assert total(visitor) == {"call": 1, "give": 1}
    with database.read() as session:
        assert {(row.state, row.letter, row.partner) for row in session.scalars(select(Pledge))} == {("ME", None, None)}


def test_it_is_found_from_the_first_page(visitor: Visitor) -> None:
    link = visitor.open("/").soup.find("a", string="Promise a further step")
    assert link is not None
    assert visitor.open(str(link["href"])).heading == "A further step"  # type: ignore[index]


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("pledges", [], "Tick what you will do."),
        ("pledges", ["nonsense"], "Tick only what is offered here."),
        ("name", " ", "Enter your name."),
        ("name", "x" * 101, "This is longer than 100 characters."),
        ("zip", "0410", "A ZIP code has five digits, like 04101."),
        ("zip", "00000", "There is no ZIP code 00000."),
        ("email", "", "Enter an email address like name@example.org."),
        ("email", "ana@", "Enter an email address like name@example.org."),
    ],
)
def test_each_mistake_has_its_message_and_nothing_is_stored(
    visitor: Visitor, database: Database, field: str, typed: Any, message: str
) -> None:
    promise(visitor, **{field: typed})
    assert (visitor.status, visitor.heading) == (422, "A further step")
    assert message in visitor.error(field)
    for other in {"name", "zip", "email"} - {field}:
        assert visitor.value(other) == ANSWERS[other]
    assert rows(database) == {}


def test_where_the_zip_code_does_not_tell_the_state_it_is_asked(visitor: Visitor, database: Database) -> None:
    promise(visitor, zip="42223")  # Fort Campbell, in Kentucky and Tennessee
    assert (visitor.status, visitor.error("state")) == (422, "Choose the state in which you live.")
    visitor.press(PROMISE, state="TN")
    assert visitor.heading == "Look into your mail"
    with database.read() as session:
        assert {row.state for row in session.scalars(select(Pledge))} == {"TN"}


def test_a_soldier_abroad_names_the_state_of_home(visitor: Visitor, database: Database) -> None:
    promise(visitor, zip="09012").press(PROMISE, state="ME")
    assert visitor.heading == "Look into your mail"
    with database.read() as session:
        assert {row.state for row in session.scalars(select(Pledge))} == {"ME"}


def test_sent_twice_it_is_stored_once_and_mails_once(app: Flask, visitor: Visitor, database: Database) -> None:
    path, data = visitor.open("/pledge").filled(PROMISE, **ANSWERS)
    for _ in range(3):
        assert visitor.post(path, data).heading == "Look into your mail"
    assert rows(database)["pledges"] == 2
    assert len(mailed(app, "confirm")) == 1


def test_two_of_a_household_count_twice_and_a_third_not(app: Flask, visitor: Visitor) -> None:
    for name in ("Ana Reyes", "Ben Reyes", "Eva Reyes"):
        promise(visitor, name=name, pledges=["call"])
    visitor.open(confirm_page(app)).press("Yes, I promise this")
    assert total(visitor) == {"call": 1}, "one button is one person"
    (second,) = visitor.soup.select("input[type=checkbox][name=pledges]")
    visitor.press("Yes, I promise this", pledges=[str(second["value"])])
    assert total(visitor) == {"call": 2}
    assert visitor.heading == "Thank you. Your pledge counts"


def test_the_page_is_the_same_whether_or_not_an_address_is_known(app: Flask, visitor: Visitor) -> None:
    promise(visitor).open(confirm_page(app)).press("Yes, I promise this")
    known, unknown = (promise(visitor, email=email).response.text for email in ("ana@example.org", "ben@example.org"))
    assert known == unknown


def test_in_a_partners_frame_it_counts_for_the_partner(
    visitor: Visitor, database: Database, riverside: Partner
) -> None:
    promise(visitor, "/embed/pledge?p=riverside")
    assert visitor.heading == "Look into your mail"
    with database.read() as session:
        assert {row.partner for row in session.scalars(select(Pledge))} == {riverside.code}


def ended(make_app: MakeApp, letters_dir: Path, today: str) -> Visitor:
    """Somebody who comes to a campaign whose last day is the 24th of November, in New York."""
    file = letters_dir / "campaign.toml"
    file.write_text(file.read_text().replace("# ends = 2027-12-31", "ends = 2026-11-24"))
    return Visitor(make_app(letters_dir=letters_dir, today=datetime.fromisoformat(today)).test_client())


@pytest.mark.parametrize("path", ["/pledge", "/embed/pledge", "/embed/pledge?p=riverside"])
@pytest.mark.usefixtures("riverside")
def test_after_the_last_day_nothing_can_be_promised(
    make_app: MakeApp, letters_dir: Path, database: Database, path: str
) -> None:
    before = rows(database)
    late = ended(make_app, letters_dir, "2026-11-25T05:00Z").open(path)
    assert (late.status, late.heading, late.soup.form) == (200, "This campaign has ended", None)
    assert "November 24, 2026" in late.text
    late.post(path, {**ANSWERS, "pledges": "call"})
    assert (late.status, late.heading) == (409, "This campaign has ended")
    assert rows(database) == before


def test_on_the_last_day_all_can_be_promised(make_app: MakeApp, letters_dir: Path) -> None:
    last = ended(make_app, letters_dir, "2026-11-25T04:59Z")
    assert "Promise a further step" in last.open("/").text
    assert promise(last).heading == "Look into your mail"
    assert "One more step?" in last.write().text


def test_after_the_last_day_letters_are_finished_without_a_further_step(
    make_app: MakeApp, letters_dir: Path, database: Database
) -> None:
    before = Visitor(make_app().test_client()).write()
    path, data = before.filled("Finish my letters", pledges=["call"], email="ana@example.org", body__ME__S1="My own.")
    late = ended(make_app, letters_dir, "2026-11-25T05:00Z")
    assert "Promise a further step" not in late.open("/").text
    assert "One more step?" not in late.write().text
    late.post(path, data)
    assert (late.status, "no further steps can be promised" in late.notice) == (409, True)
    assert (late.value("body-ME-S1"), rows(database)) == ("My own.", {})
    assert late.press("Finish my letters").heading == "Your letters are ready"
    assert "pledges" not in rows(database)
