"""The kit gives back what was written, for a day, and remembers what its writer says was done with it."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from campaign import compose
from campaign.addresses import Address
from campaign.compose import Origin, Signer, Text
from campaign.config import Settings
from campaign.database import Database
from campaign.delivery import kit
from campaign.delivery.kit import SPOKEN_WORDS, Item, Kit, call_script
from campaign.errors import Misconfigured, NotFound
from campaign.keys import Keys, load
from campaign.models import Delivery
from campaign.models.message import KIT_LIFE

ADDRESS = Address("12 Congress Street", "Portland", "ME", "04101")


def write(database: Database, keys: Keys, now: datetime, *, name: str = "Ana Reyes", body: str = "Hello.") -> None:
    origin = Origin("form-1", "restore-u4u", partner=None, house_seat="ME-01", congress=119, day=now.date(), now=now)
    texts = [Text("ME-S1", "S100001", "First", body), Text("ME-01", "R100001", "Second", "Hello, too.")]
    signer = Signer(name, ADDRESS, email="ana@example.org")
    database.write(lambda session: compose.write_message(session, keys, origin, signer, texts, ["visit", "call"]))


def read(database: Database, keys: Keys, now: datetime, form_id: str = "form-1") -> Kit:
    with database.read() as session:
        return kit.open_kit(session, keys, form_id, now=now)


def mark(database: Database, now: datetime, *said: str, seat: str = "ME-S1", form_id: str = "form-1") -> None:
    database.write(lambda session: kit.mark(session, form_id, seat, set(said), now=now))


def test_a_kit_holds_what_was_written(database: Database, keys: Keys, now: datetime) -> None:
    write(database, keys, now)
    assert read(database, keys, now) == Kit(
        letter="restore-u4u",
        partner=None,
        source=None,
        state="ME",
        name="Ana Reyes",
        address=("12 Congress Street", "Portland, ME 04101"),
        items=(
            Item("ME-S1", "S100001", "First", "Hello.", frozenset()),
            Item("ME-01", "R100001", "Second", "Hello, too.", frozenset()),
        ),
        pledged=("visit", "call"),
        congress=119,
        point=None,
        has_email=True,
        ends_at=now + KIT_LIFE,
    )


@pytest.mark.parametrize(
    "text",
    [
        "\u202eevil\u202c \u200f نامه‌ای برای کنگره",
        "👩‍👩‍👧‍👦 🇺🇦 ﷽ Z̷͔̑a̸l̶go",
        "{{ config }} {% raw %} ${x} #{y} %(name)s %s {name} #set text(red) \\u0000",
        "'; DROP TABLE messages; -- \" \\ \r\n.\r\n",
        "<script>alert(1)</script><!-- ]]> &amp;",
        "=HYPERLINK(1)\t+1\n\n\n-1  trailing  ",
        "x" * 10_000,
        "\ud800 half a pair",
    ],
    ids=["right to left", "emoji", "templates", "sql", "html", "spreadsheet", "long", "surrogate"],
)
def test_hostile_text_comes_back_as_it_was_written(database: Database, keys: Keys, now: datetime, text: str) -> None:
    write(database, keys, now, name=text, body=text)
    found = read(database, keys, now)
    assert (found.name, found.items[0].body, found.items[1].body) == (text, text, "Hello, too.")


def test_a_kit_can_be_opened_until_its_day_is_over(database: Database, keys: Keys, now: datetime) -> None:
    write(database, keys, now)
    read(database, keys, now + KIT_LIFE - timedelta(microseconds=1))
    with pytest.raises(NotFound, match="This page has ended"):
        read(database, keys, now + KIT_LIFE)


@pytest.mark.parametrize("form_id", ["", "form-2", "' OR 1=1 --", "FORM-1"])
def test_a_kit_that_never_was_is_answered_like_one_that_has_ended(
    database: Database, keys: Keys, now: datetime, form_id: str
) -> None:
    write(database, keys, now)
    with pytest.raises(NotFound, match="This page has ended"):
        read(database, keys, now, form_id)


def test_a_kit_cannot_be_opened_with_another_installations_keys(
    database: Database, keys: Keys, settings: Settings, now: datetime
) -> None:
    write(database, keys, now)
    with pytest.raises(Misconfigured):
        read(database, load(dataclasses.replace(settings, data_dir=settings.data_dir / "other")), now)


def test_what_was_done_is_said_for_one_office_and_can_be_taken_back(
    database: Database, keys: Keys, now: datetime
) -> None:
    write(database, keys, now)
    mark(database, now, "opened", "sent")
    assert [item.said for item in read(database, keys, now).items] == [{"opened", "sent"}, frozenset()]
    mark(database, now, "opened", "printed", "called", seat="ME-01")
    mark(database, now, "opened")
    assert [item.said for item in read(database, keys, now).items] == [{"opened"}, {"opened", "printed", "called"}]


def test_the_first_time_counts_until_it_is_taken_back(database: Database, keys: Keys, now: datetime) -> None:
    def sent_at() -> datetime | None:
        with database.read() as session:
            return session.scalars(select(Delivery.sent_at).where(Delivery.seat == "ME-S1")).one()

    write(database, keys, now)
    hours = [now + timedelta(hours=number) for number in range(4)]
    mark(database, hours[0], "sent")
    mark(database, hours[1], "sent", "printed")
    assert sent_at() == hours[0]
    mark(database, hours[2], "printed")
    assert sent_at() is None
    mark(database, hours[3], "sent", "printed")
    assert sent_at() == hours[3]


def test_nothing_but_what_can_be_said_is_recorded(database: Database, keys: Keys, now: datetime) -> None:
    write(database, keys, now)
    mark(database, now, "sent", "message", "id", "bioguide", "sent_at")
    item = read(database, keys, now).items[0]
    assert (set(item.said), item.bioguide) == ({"sent"}, "S100001")


@pytest.mark.parametrize(("form_id", "seat"), [("form-1", "NY-S1"), ("form-2", "ME-S1"), ("form-1", "")])
def test_only_an_office_of_this_message_can_be_marked(
    database: Database, keys: Keys, now: datetime, form_id: str, seat: str
) -> None:
    write(database, keys, now)
    with pytest.raises(NotFound, match="does not go to that office"):
        mark(database, now, "sent", seat=seat, form_id=form_id)
    assert all(not item.said for item in read(database, keys, now).items)


def test_a_kit_shows_nothing_when_printed(database: Database, keys: Keys, now: datetime) -> None:
    write(database, keys, now, body="Neighbors of mine")
    found = read(database, keys, now)
    assert not [word for word in ("Reyes", "Congress", "Neighbors") if word in f"{found!r} {found.items!r}"]


def letter(*paragraphs: str) -> str:
    return "\n\n".join(["Dear Senator,", *paragraphs, "Sincerely,\nAna Reyes"])


SIXTY = " ".join(["word"] * 59) + " end."


@pytest.mark.parametrize(
    ("body", "script"),
    [
        (letter("Parole saves lives. It works."), "Parole saves lives. It works."),
        (letter("One.", "Two,\nthree."), "One. Two, three."),
        ("One paragraph alone.", "One paragraph alone."),
        ("Dear Senator,\n\nSincerely", "Sincerely"),
        ("Parole saves lives.\n\nKeep it.", "Parole saves lives. Keep it."),
        ("Parole saves lives.\n\nKeep it.\n\n\n\nYours,\nAna", "Parole saves lives. Keep it."),
        (letter(SIXTY, SIXTY, "Will you act?"), f"{SIXTY} Will you act?"),
        (letter("Short one.", SIXTY, SIXTY), f"Short one. {SIXTY}"),
        (letter(SIXTY, f"{' '.join(['word'] * 39)} hundred."), f"{SIXTY} {' '.join(['word'] * 39)} hundred."),
        (letter(" ".join(["word"] * 150) + ".", "Second."), " ".join(["word"] * 99) + " … Second."),
        (letter("Short one.", f"{SIXTY} Never said."), f"Short one. {SIXTY}"),
        (letter("Short one.", " ".join(["word"] * 150)), f"Short one. {' '.join(['word'] * 60)} …"),
        (letter(" ".join(["word"] * 150)), " ".join(["word"] * 100) + " …"),
        (letter(SIXTY, f"They came to the U.S. {SIXTY}", "Third."), f"{SIXTY} Third."),
        (letter(SIXTY, f"She said: “Let us stay.” {SIXTY}", "Act!"), f"{SIXTY} She said: “Let us stay.” Act!"),
        (
            letter("Will you act? Please do! Today…", SIXTY, SIXTY, "Thanks."),
            f"Will you act? Please do! Today… {SIXTY} Thanks.",
        ),
        ("", ""),
    ],
    ids=[
        "greeting and sign-off are left out",
        "paragraphs are joined",
        "one paragraph is read whole",
        "a greeting alone is left out",
        "without a greeting and a sign-off",
        "without a greeting",
        "the ask is kept",
        "it stops before it is too long",
        "a hundred words fit",
        "of a long first sentence the beginning is read",
        "a long ask is cut after a sentence",
        "of one long ask the beginning is read",
        "of one long sentence alone too",
        "an initial ends no sentence",
        "a quotation may end one",
        "questions and exclamations end one",
        "nothing to say",
    ],
)
def test_a_call_takes_three_quarters_of_a_minute(body: str, script: str) -> None:
    said = call_script(body)
    assert said == script
    assert len(said.replace("…", "").split()) <= SPOKEN_WORDS
