"""The last step: one form is one message, however often it is sent; no form that cannot be used takes words with it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from itsdangerous import TimestampSigner
from sqlalchemy import select, text
from werkzeug.datastructures import MultiDict

from campaign.database import Database
from campaign.models import Message
from campaign.partners import Partner
from tests.hidden import hidden
from tests.web.conftest import MakeApp
from tests.web.visitor import ANSWERS, Visitor, mailed, private_page, rows

ONE_MESSAGE = {"messages": 1, "deliveries": 3}
ONE_PLEDGE = {"supporters": 1, "pledges": 1, "confirm_links": 1, "mails": 2}
TWO_MESSAGES = {"messages": 2, "deliveries": 6}
Spoil = Callable[[MultiDict[str, str]], None]
WORDS = ANSWERS["story-tie"].replace("\n", "\r\n")


def test_the_same_form_twice_leads_to_the_same_kit(visitor: Visitor, database: Database) -> None:
    path, data = visitor.write().filled("Finish my letters", pledges=["call"], email="ana@example.org")
    first = visitor.post(path, data).path
    assert visitor.post(path, data).path == first
    assert first.startswith("/kit/")
    assert rows(database) == {**ONE_MESSAGE, **ONE_PLEDGE}


def test_two_hundred_at_once_are_one_message(app: Flask, visitor: Visitor, database: Database) -> None:
    path, data = visitor.write().filled("Finish my letters")
    with ThreadPoolExecutor(32) as threads:
        answers = list(threads.map(lambda _: app.test_client().post(path, data=data), range(200)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert rows(database) == ONE_MESSAGE


@pytest.mark.parametrize(
    "changed",
    [{"body-ME-01": "Something else."}, {"subject-ME-S1": "Else"}, {"name": "Bea"}, {"email": "bea@example.org"}],
    ids=lambda changed: next(iter(changed)),
)
def test_the_same_form_with_other_content_is_refused_and_then_a_second_message(
    visitor: Visitor, database: Database, changed: dict[str, str]
) -> None:
    path, data = visitor.write().filled("Finish my letters")
    visitor.post(path, data)
    first = visitor.path
    for name, value in changed.items():
        data[name] = value
    visitor.post(path, data)
    assert (visitor.status, visitor.heading) == (409, "Read your letters")
    assert "You have finished these letters already" in visitor.notice
    assert first not in visitor.response.text
    for name, value in changed.items():
        assert visitor.value(name) == value
    assert rows(database) == ONE_MESSAGE
    visitor.press("Finish my letters")
    assert visitor.path.startswith("/kit/")
    assert visitor.path != first
    assert {table: count for table, count in rows(database).items() if table != "supporters"} == TWO_MESSAGES


def test_the_back_button_and_other_answers_make_a_second_message(visitor: Visitor, database: Database) -> None:
    path, data = visitor.find().filled("Read my letters", **ANSWERS)
    visitor.post(path, data).press("Finish my letters")
    data["story-tie"] = "On second thought."
    visitor.post(path, data).press("Finish my letters")
    assert visitor.status == 409
    visitor.press("Finish my letters")
    assert "On second thought." in visitor.text
    assert rows(database) == TWO_MESSAGES


@contextmanager
def yesterday() -> Iterator[None]:
    """What is signed meanwhile was signed 25 hours ago."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TimestampSigner, "get_timestamp", lambda _signer: int(time.time()) - 25 * 3600)
        yield


@pytest.mark.parametrize(("partner", "frame"), [("", ""), ("riverside", "/embed")], ids=["alone", "framed"])
@pytest.mark.usefixtures("riverside")
def test_a_page_older_than_a_day_keeps_the_letters_and_works_at_the_second_press(
    visitor: Visitor, database: Database, partner: str, frame: str
) -> None:
    visitor.find(partner=partner, frame=frame)
    with yesterday():
        visitor.press("Read my letters", **ANSWERS)
    path, data = visitor.filled("Finish my letters", body__ME__01="Edited.", pledges=["call"], email="a@b.org")
    visitor.post(path, data)
    assert (visitor.status, "open for more than a day" in visitor.notice) == (422, True)
    assert (visitor.value("body-ME-01"), visitor.value("email")) == ("Edited.", "a@b.org")
    assert rows(database) == {"partners": 1}
    visitor.press("Finish my letters")
    assert visitor.path.startswith(f"{frame}/kit/")
    assert "Edited." in visitor.text
    assert rows(database)["messages"] == 1


def test_a_writing_page_older_than_a_day_still_leads_to_the_kit(visitor: Visitor) -> None:
    with yesterday():
        visitor.find()
    assert visitor.press("Read my letters", **ANSWERS).heading == "Read your letters"
    assert visitor.press("Finish my letters").path.startswith("/kit/")


def test_letters_finished_yesterday_can_be_written_again(visitor: Visitor, database: Database) -> None:
    with yesterday():
        path, data = visitor.find().filled("Read my letters", **ANSWERS)
        first = visitor.post(path, data).press("Finish my letters").path
    visitor.post(path, data).press("Finish my letters")
    assert visitor.path.startswith("/kit/")
    assert visitor.path != first
    assert rows(database) == TWO_MESSAGES


def with_the_payload_of_another(token: str, visitor: Visitor) -> str:
    payload, _, _ = visitor.find("82001").value("form_token").rpartition(".")[0].rpartition(".")
    return ".".join([payload, *token.rsplit(".", 2)[1:]])


SPOILED: dict[str, Callable[[str, Visitor], str]] = {
    "tampered": with_the_payload_of_another,
    "cut": lambda token, _: token[:-3],
    "empty": lambda token, _: "",
    "garbage": lambda token, _: "\x00💥 {{ 7 }}",
    "long": lambda token, _: "x" * 100_000,
    "of another letter": lambda token, visitor: visitor.find(letter="extend-status").value("form_token"),
    "of a partner": lambda token, visitor: visitor.find(partner="riverside").value("form_token"),
    "a kit's": lambda token, visitor: visitor.finish().path.removeprefix("/kit/"),
}
"""What may stand in a form instead of its own token; the other visitor has come by other ways."""


@pytest.fixture(params=[*SPOILED, "missing"])
def spoil(request: pytest.FixtureRequest, app: Flask, riverside: Partner) -> Spoil:
    """Takes a form's own token from it."""

    def spoil(data: MultiDict[str, str]) -> None:
        token = data.pop("form_token")
        if request.param in SPOILED:
            data["form_token"] = SPOILED[request.param](token, Visitor(app.test_client()))

    return spoil


def test_a_form_without_its_own_token_stores_nothing_and_keeps_the_words(
    visitor: Visitor, database: Database, spoil: Spoil
) -> None:
    path, data = visitor.find().filled("Read my letters", **ANSWERS)
    spoil(data)
    before = rows(database)
    visitor.post(path, data)
    assert (visitor.status, visitor.heading) == (422, "Protect humanitarian parole")
    assert "what you wrote is kept" in visitor.notice
    assert rows(database) == before
    visitor.press("Find my offices")
    assert visitor.value("story-tie") == WORDS
    visitor.press("Read my letters").press("Finish my letters")
    assert visitor.path.startswith("/kit/")
    assert "My neighbor teaches at our school." in visitor.text


def test_edited_letters_without_their_own_token_are_shown_to_be_copied(
    visitor: Visitor, database: Database, spoil: Spoil
) -> None:
    path, data = visitor.write().filled("Finish my letters", body__ME__01="Edited with <b>care</b>.")
    spoil(data)
    before = rows(database)
    visitor.post(path, data)
    assert (visitor.status, "what you wrote is kept" in visitor.notice) == (422, True)
    assert "Edited with <b>care</b>." in [tag.get_text() for tag in visitor.soup.select(".letter")]
    assert rows(database) == before


def test_a_token_of_an_older_shape_is_none(app: Flask, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaign.web.tokens.asdict", lambda token: {"id": token.id, "letter": token.letter})
    path, data = visitor.find().filled("Read my letters", **ANSWERS)
    assert visitor.post(path, data).status == 422


def end(letters_dir: Path) -> None:
    file = letters_dir / "protect-parole" / "letter.toml"
    file.write_text(file.read_text().replace('status = "live"', 'status = "ended"\noutcome = "The bill has passed."'))


@pytest.mark.parametrize("step", ["find", "write", "finish"])
def test_a_letter_that_ends_meanwhile_says_so_and_gives_the_words_back(
    visitor: Visitor, make_app: MakeApp, letters_dir: Path, database: Database, step: str
) -> None:
    path, data = visitor.find().filled("Read my letters", **ANSWERS)
    if step == "finish":
        path, data = visitor.post(path, data).filled("Finish my letters", body__ME__01="Edited.")
    end(letters_dir)
    later = Visitor(make_app(letters_dir=letters_dir).test_client())
    later.post(path if step != "find" else "/letters/protect-parole", data)
    assert (later.status, "The bill has passed." in later.text) == (409, True)
    kept = [tag.get_text() for tag in later.soup.select(".letter")]
    assert ("Edited." in kept) if step == "finish" else kept == [WORDS.replace("\r", "")]
    assert rows(database) == {}


def test_letters_stay_on_the_page_when_the_database_is_out_of_order(
    visitor: Visitor, app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.write()
    with hidden(database, "messages"):
        visitor.press("Finish my letters", body__ME__01="Edited.")
    assert (visitor.status, "nothing was stored" in visitor.notice) == (503, True)
    assert visitor.value("body-ME-01") == "Edited."
    visitor.press("Finish my letters")
    assert "Edited." in visitor.text
    assert rows(database) == ONE_MESSAGE


def test_a_partner_is_counted(visitor: Visitor, riverside: Partner, database: Database) -> None:
    visitor.find(partner="riverside").press("Read my letters", **ANSWERS).press("Finish my letters")
    with database.read() as session:
        assert session.execute(text("SELECT partner, state, house_seat, letter FROM messages")).all() == [
            ("riverside", "ME", "ME-01", "protect-parole")
        ]


def test_letters_may_be_brought_and_quoted_only_if_their_writer_says_so(visitor: Visitor, database: Database) -> None:
    for said in ({}, {"may_print": "y"}, {"may_quote": "y"}, {"may_print": "y", "may_quote": "y"}):
        visitor.finish(**said)
    with database.read() as session:
        stored = [
            (message.may_print, message.may_quote, (message.text_until - message.created_at).days)
            for message in session.scalars(select(Message).order_by(Message.id))
        ]
    assert stored == [(False, False, 1), (True, False, 90), (False, False, 1), (True, True, 90)]
    visitor.write().press("Finish my letters", may_print="y", name="")
    assert visitor.soup.select_one("input[name=may_print][checked]") is not None


def test_leave_that_is_not_given_again_is_taken_back(visitor: Visitor, database: Database) -> None:
    visitor.write()
    path, data = visitor.filled("Finish my letters", may_print="y", may_quote="y")
    visitor.post(path, data)
    visitor.post(path, {**data, "may_print": "", "may_quote": ""})
    assert (visitor.status, "finished these letters already" in visitor.text) == (409, True)
    again = visitor.filled("Finish my letters")
    for name in ("may_print", "may_quote"):
        again[1].poplist(name)
    visitor.post(*again)
    assert visitor.heading == "Your letters are ready"
    with database.read() as session:
        assert [message.may_print for message in session.scalars(select(Message))] == [False, False]


@pytest.mark.parametrize(("since", "status"), [("moved to another address", 303), ("erased", 409)])
def test_the_same_form_once_more_whose_writer_has_gone_from_that_address_is_no_failure(
    app: Flask, visitor: Visitor, database: Database, since: str, status: int
) -> None:
    path, data = visitor.write().filled("Finish my letters", email="ana@example.org", pledges=["call"])
    visitor.post(path, data)
    page = f"/mine/{private_page(app, 'ana@example.org')}"
    if since == "erased":
        visitor.open(page).press("Erase everything about me", sure="y")
    else:
        visitor.open(page).press("Mail me the link", email="ben@example.org")
        (link,) = re.findall(r"/address/\S+", mailed(app, "new_address")[0])
        visitor.open(link).press("Yes, this is my address")
    before = rows(database)
    answer = visitor.client.post(path, data=data)
    assert (answer.status_code, rows(database)) == (status, before)
