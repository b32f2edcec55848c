"""What looks stuffed on its way through the pages, and the organizers' room where it is put right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import Tag
from flask import Flask
from sqlalchemy import select

from campaign import clock, erasing, purges, screening, tasks
from campaign.database import Database
from campaign.keys import Keys
from campaign.models import Batch, Message, Pledge
from campaign.partners import Partner
from campaign.web import tokens
from tests.web.conftest import MakeApp, SignIn
from tests.web.test_pledge import ANSWERS as PROMISE
from tests.web.visitor import Visitor, confirm_page, count

MARK = "0123456789abcdef" * 4

WORDS = "My neighbor teaches at our school, and I do not want her to go."


def why(database: Database) -> list[str | None]:
    """Why each message, and then each pledge, is in quarantine."""
    with database.read() as session:
        return [
            found
            for model in (Message, Pledge)
            for found in session.scalars(select(model.quarantined_for).order_by(model.id))
        ]


def letters(app: Flask) -> int:
    """The public count."""
    count(app)
    answer = app.test_client().get("/api/v1/counts").json
    assert answer is not None
    return int(answer["letters"])


def promise(visitor: Visitor, **answers: Any) -> Visitor:
    return visitor.open("/pledge").press("I promise", **{**PROMISE, **answers})


def test_whoever_fills_in_the_unseen_field_gets_their_letters_and_is_not_counted(
    app: Flask, visitor: Visitor, database: Database
) -> None:
    visitor.finish(homepage="https://spam.example", pledges=["call"], email="ana@example.org")
    assert visitor.heading == "Your letters are ready"
    assert why(database) == ["trap", "trap"]
    assert letters(app) == 0
    promise(visitor, homepage="x", email="ben@example.org")
    assert visitor.heading == "Look into your mail"
    assert why(database)[2:] == ["trap", "trap"]
    visitor.open(confirm_page(app)).press("Yes, I promise this")
    count(app)
    assert visitor.client.get("/api/v1/counts").json["pledges"]["total"] == 0  # type: ignore[index]


@pytest.mark.parametrize("path", ["/pledge", "/embed/pledge", "way"])
def test_nobody_sees_the_field(visitor: Visitor, path: str) -> None:
    page = visitor.write() if path == "way" else visitor.open(path)
    field = page.soup.find("input", {"name": "homepage"})
    assert isinstance(field, Tag)
    assert (field["tabindex"], field["autocomplete"], field["value"]) == ("-1", "off", "")
    assert field.find_parent(attrs={"aria-hidden": "true", "class": "unseen"})


def test_what_is_finished_faster_than_people_are_is_quarantined(
    make_app: MakeApp, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(least_seconds=4)
    begun = clock.wall()

    def at(seconds: float) -> None:
        monkeypatch.setattr(clock, "wall", lambda: begun + timedelta(seconds=seconds))

    def visitor(number: int) -> Visitor:
        at(0)
        visitor = Visitor(app.test_client())
        visitor.open("/pledge")
        at(1)
        visitor.press("I promise", **{**PROMISE, "name": "", "email": f"{number}@example.org"})
        assert visitor.error("name")
        return visitor

    at(0)
    fast = Visitor(app.test_client()).write()
    at(3.9)
    assert fast.press("Finish my letters").heading == "Your letters are ready"
    at(0)
    slow = Visitor(app.test_client()).write()
    at(4)
    slow.press("Finish my letters")
    assert why(database) == ["haste", None]
    # A mistake that is put right at once does not make the form a new one.
    for number, seconds in enumerate((3.9, 4.0, -60.0)):
        person = visitor(number)
        at(seconds)
        assert person.press("I promise", name="Ana Reyes").heading == "Look into your mail"
    assert why(database)[2:] == ["haste"] * 2 + [None] * 4


@pytest.mark.parametrize("opened", ["", "1764000000.0", "x.y", "nan"])
def test_a_post_that_never_saw_the_form_is_quarantined(make_app: MakeApp, database: Database, opened: str) -> None:
    app = make_app(least_seconds=4)
    with app.test_request_context():
        assert tokens.opened(opened) is None
    Visitor(app.test_client()).post("/pledge", {**PROMISE, "opened": opened})
    assert why(database) == ["haste", "haste"]


def test_an_address_to_be_thrown_away_gets_its_mail_and_does_not_count(
    app: Flask, visitor: Visitor, database: Database
) -> None:
    promise(visitor, email="x@mailinator.com")
    assert why(database) == ["disposable", "disposable"]
    visitor.open(confirm_page(app)).press("Yes, I promise this")
    assert "Thank you" in visitor.text


def test_a_stranger_who_looks_stuffed_keeps_nobody_from_counting(
    app: Flask, visitor: Visitor, database: Database
) -> None:
    promise(visitor, homepage="x", name="Stranger", zip="82001")
    assert why(database) == ["trap", "trap"]
    promise(visitor)
    assert why(database) == [None, None]
    visitor.open(confirm_page(app)).press("Yes, I promise this")
    count(app)
    assert visitor.client.get("/api/v1/counts").json["pledges"]["total"] == 2  # type: ignore[index]


@pytest.mark.sqlite
def test_the_network_itself_is_stored_nowhere(app: Flask, database: Database) -> None:
    visitor = Visitor(app.test_client())
    visitor.client.environ_base["REMOTE_ADDR"] = "192.0.2.77"
    visitor.finish()
    with database.engine.connect() as connection:
        dump = "\n".join(connection.connection.iterdump())  # type: ignore[attr-defined]
    assert "192.0.2" not in dump


def test_an_organizer_looks_puts_away_and_restores(
    app: Flask, visitor: Visitor, database: Database, sign_in: SignIn
) -> None:
    visitor.finish(story__tie=WORDS)
    for number in range(3):
        Visitor(app.test_client()).write(story__tie=WORDS.upper(), name=f"Bot {number}").press("Finish my letters")
    Visitor(app.test_client()).write(story__tie="Something else that I wrote myself.").press("Finish my letters")
    assert letters(app) == 5
    room = sign_in().open("/organize/batches")
    room.press("Look how many", words=f"  {WORDS}\n")
    assert "4 letters , 0 pledges can be put into quarantine." in room.text
    assert WORDS not in room.response.request.url
    room.press("Put into quarantine", reason="One text, four times in a minute")
    assert (room.status, room.path) == (200, "/organize/batches/")
    assert "under way" in room.text
    tasks.run_batches(database)
    assert letters(app) == 1
    row = room.open("/organize/batches").soup.find(id="b1")
    assert isinstance(row, Tag)
    assert "under way" not in row.text
    assert "One text, four times in a minute" in row.text
    assert "organizer@example.org" in row.text
    assert WORDS not in row.text
    assert "4 letters are in quarantine" in room.open("/organize/").text
    room.open("/organize/batches").press("Undo")
    assert "4 letters , 0 pledges are in quarantine, and can be restored." in room.text
    room.press("Restore", reason="It was a choir")
    tasks.run_batches(database)
    assert letters(app) == 5


def test_what_is_no_longer_kept_is_said_in_its_place(
    visitor: Visitor, database: Database, sign_in: SignIn, keys: Keys
) -> None:
    promise(visitor)
    room = sign_in().open("/organize/batches").press("Look how many", domain="example.org")
    room.press("Put into quarantine", reason="One hand")
    tasks.run_batches(database)
    row = room.open("/organize/batches").soup.find(id="b1")
    assert "domain example.org" in " ".join(row.text.split())  # type: ignore[union-attr]
    database.write(lambda session: erasing.erase_address(session, keys, PROMISE["email"]))
    later = clock.wall() + screening.SIGNS_LIFE
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(clock, "wall", lambda: later)
        assert purges.forget_signs(database) == 1
    room.open("/organize/batches")
    row = room.soup.find(id="b1")
    assert "domain no longer kept" in " ".join(row.text.split())  # type: ignore[union-attr]
    assert "example.org" not in row.text.replace("organizer@example.org", "")  # type: ignore[union-attr]
    away = room.soup.find("div", {"aria-label": "In quarantine now"})
    assert [cell.text for cell in away.select("tbody tr > *")] == ["no longer kept", "0", "2", ""]  # type: ignore[union-attr]
    assert "Undo" in row.text  # type: ignore[union-attr]


def test_a_crowd_is_shown_with_a_way_to_look_at_it(app: Flask, sign_in: SignIn) -> None:
    for number in range(10):
        Visitor(app.test_client()).write(name=f"Person {number}").press("Finish my letters")
    room = sign_in().open("/organize/batches")
    crowds = room.soup.find("div", {"aria-label": "Crowds of the last 24 hours"})
    assert isinstance(crowds, Tag)
    assert (
        [row.th.get_text(" ", strip=True)[:15] for row in crowds.select("tbody tr")]
        == [  # type: ignore[union-attr]
            "the network " + str(room.soup.select_one("td input[name=network]")["value"])[:3],  # type: ignore[index]
            "the own words " + str(room.soup.select_one("td input[name=words_mark]")["value"])[:1],  # type: ignore[index]
        ]
    )
    room.press("Look")
    assert "10 letters , 0 pledges can be put into quarantine." in room.text
    assert room.value("network")


def test_a_minute_is_one_of_the_campaigns_time_zone(app: Flask, visitor: Visitor, sign_in: SignIn) -> None:
    visitor.finish()
    minute = clock.wall().astimezone(app.extensions["campaign"].letters.current().campaign.zone)
    room = sign_in().open("/organize/batches")
    for shift, n in ((-1, 0), (0, 1), (1, 0)):
        typed = (minute + timedelta(minutes=shift)).strftime("%Y-%m-%dT%H:%M")
        room.open("/organize/batches").press("Look how many", since=typed, until=typed)
        assert f"{n} letter" in room.text


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("since", "yesterday", "Enter a day and a time."),
        ("until", "2026-13-01T00:00", "Enter a day and a time."),
        ("since", "9999-12-31T23:59", "Enter a day and a time."),
        ("until", "9999-12-31T23:59", "Enter a day and a time."),
        ("since", "1999-12-31T23:59", "Enter a day and a time."),
        ("until", "2101-01-01T00:00", "Enter a day and a time."),
        ("domain", "no domain", "Enter a domain like example.org."),
        ("words_mark", MARK[1:], "This is no mark. Choose a crowd from the table above."),
        ("quarantined_for", "batch 12", "Enter one word from the table above, such as batch-12."),
        ("quarantined_for", "x" * 41, "Enter one word from the table above, such as batch-12."),
        ("noun", "supporters", "Choose one of these."),
        ("partner", "nobody", "Choose one of these."),
    ],
)
def test_what_cannot_be_looked_for_is_told_at_its_field(sign_in: SignIn, field: str, typed: str, message: str) -> None:
    room = sign_in().open("/organize/batches").press("Look how many", network=MARK)
    path, fields = room.filled("Look how many", **{field: typed})
    for where in (path, "/organize/batches/"):
        room.post(where, {**fields.to_dict(), "action": "invalidate", "reason": "x"})
        assert (room.status, room.error(field), room.value("network")) == (422, message, MARK)


def test_what_is_no_mark_is_no_network(sign_in: SignIn, riverside: Partner) -> None:
    room = sign_in().open("/organize/batches")
    for typed in ("n", MARK.upper(), f"{MARK}0", f"{MARK[1:]}g"):
        room.press("Look how many", network=typed)
        assert (room.status, room.error("network")[:16]) == (422, "This is no mark.")
    room.press("Look how many", network=f" {MARK} ", partner=riverside.code, since="2000-01-01T00:00")
    assert (room.status, "can be put into quarantine" in room.text) == (200, True)
    room.press("Look how many", since="", until="2100-12-31T23:59")
    assert room.status == 200


@pytest.mark.parametrize("typed", ["example.org", "ana@EXAMPLE.org", "@example.org"])
def test_a_domain_finds_its_addresses(visitor: Visitor, sign_in: SignIn, typed: str) -> None:
    promise(visitor)
    room = sign_in().open("/organize/batches").press("Look how many", domain=typed)
    assert "0 letters , 2 pledges can be put into quarantine." in room.text


def test_everything_at_once_is_refused_and_so_is_no_reason(
    visitor: Visitor, database: Database, sign_in: SignIn
) -> None:
    visitor.finish()
    room = sign_in().open("/organize/batches").press("Look how many")
    room.press("Put into quarantine", reason="all of it")
    assert (room.status, "that would be all there are" in room.notice) == (422, True)
    assert room.value("reason") == "all of it"
    room.press("Look how many", quarantined_for="", until="2099-01-01T00:00").press("Put into quarantine", reason=" ")
    assert (room.status, "Say why" in room.notice) == (422, True)
    with database.read() as session:
        assert session.scalars(select(Batch)).all() == []


def test_only_organizers_may(app: Flask, sign_in: SignIn) -> None:
    for method, path in (("GET", "/"), ("POST", "/look"), ("POST", "/")):
        stranger = app.test_client().open(f"/organize/batches{path}", method=method)
        assert stranger.status_code in (302, 400)
        assert method == "POST" or stranger.headers["Location"] == "/organize/sign-in"
    viewer = sign_in("viewer")
    assert viewer.open("/organize/batches").status == 403
    assert "What looks stuffed" not in viewer.open("/organize/").text


def test_a_post_without_the_sessions_token_changes_nothing(database: Database, sign_in: SignIn) -> None:
    room = sign_in()
    room.post("/organize/batches/", {"network": "n", "action": "invalidate", "reason": "x"})
    assert room.status == 400
    with database.read() as session:
        assert session.scalars(select(Batch)).all() == []
