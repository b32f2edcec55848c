"""What is brought to an office on paper: the letters of those who agreed, and a sheet on top."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from campaign import compose
from campaign.addresses import Address
from campaign.compose import Origin, Signer, Text
from campaign.database import Database
from campaign.delivery.packs import QUOTE_LENGTH, QUOTES_MOST, TOWNS_MOST, Brought, Cover, Wanted, brought, count
from campaign.keys import Keys
from campaign.models.message import KIT_LIFE, PACK_LIFE

Write = Callable[..., None]
TO = ("Representative First Last",)


@pytest.fixture
def write(database: Database, keys: Keys, now: datetime) -> Write:
    """Stores a message to a senator and a representative of Maine."""
    number = 0

    def store(town: str = "Portland", days: int = 0, body: str = "Hello.", **agreed: bool) -> None:
        nonlocal number
        number += 1
        when = now - timedelta(days=days)
        signer = Signer(f"Writer {number}", Address("12 Congress Street", town, "ME", "04101"), **agreed)  # type: ignore[arg-type]
        origin = Origin(f"form-{number}", "restore-u4u", None, "ME-01", congress=119, day=when.date(), now=when)
        texts = [Text(seat, "X100001", f"Subject {number}", f"{body} {number}") for seat in ("ME-S1", "ME-01")]
        database.write(lambda session: compose.write_message(session, keys, origin, signer, texts))

    return store


def letters(database: Database, keys: Keys, now: datetime, seat: str = "ME-01", days: int = 365) -> list[Brought]:
    wanted = Wanted(seat, "X100001", (now - timedelta(days=days)).date(), now)
    with database.read() as session:
        found = list(brought(session, keys, wanted))
        assert count(session, wanted) == len(found)
        assert count(session, replace(wanted, bioguide="Y200002")) == 0, "a successor gets no letter to another"
    return found


def test_only_letters_whose_writers_agreed_are_brought(
    write: Write, database: Database, keys: Keys, now: datetime
) -> None:
    write()
    write(may_quote=True)  # to quote from a letter that is not brought means nothing
    write("South, Portland", may_print=True)
    write("Bath", may_print=True, may_quote=True)
    found = letters(database, keys, now)
    assert [(one.town, one.state, one.subject, one.body, one.may_quote) for one in found] == [
        ("South, Portland", "ME", "Subject 3", "Hello. 3", False),
        ("Bath", "ME", "Subject 4", "Hello. 4", True),
    ]
    assert len(letters(database, keys, now, "ME-S1")) == 2
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE messages SET quarantined_at = created_at WHERE form_id = 'form-3'")
    assert [one.town for one in letters(database, keys, now)] == ["Bath"], "none that looks stuffed"
    assert letters(database, keys, now, "ME-S2") == []


def test_letters_are_taken_from_a_day_on_and_no_longer_than_was_agreed(
    write: Write, database: Database, keys: Keys, now: datetime
) -> None:
    for days in (0, 10, 89, 91):
        write(days=days, may_print=True)
    assert [one.subject for one in letters(database, keys, now)] == ["Subject 1", "Subject 2", "Subject 3"]
    assert [one.subject for one in letters(database, keys, now, days=10)] == ["Subject 1", "Subject 2"]


def test_what_may_be_brought_is_kept_longer_and_the_rest_is_not(
    write: Write, database: Database, keys: Keys, now: datetime
) -> None:
    write()
    write(may_print=True)
    assert database.write(lambda session: compose.forget_texts(session, now + KIT_LIFE)) == 1
    assert len(letters(database, keys, now + KIT_LIFE)) == 1
    assert database.write(lambda session: compose.forget_texts(session, now + PACK_LIFE)) == 1
    assert letters(database, keys, now) == []


def letter(town: str, *, may_quote: bool = True) -> Brought:
    street = "12 Congress Street"
    return Brought(date(2026, 11, 24), "Ana Reyes", street, town, "ME", "04101", "Subject", "Body", may_quote)


def test_the_cover_counts_names_towns_and_quotes_who_agreed() -> None:
    cover = Cover.empty()
    cover.add(letter("Bath"), ["Our neighbors came in the spring."])
    cover.add(letter("Bath", may_quote=False), ["This is not to be quoted."])
    cover.add(letter("Portland"))
    text = cover.sheet(date(2026, 11, 24), TO, "Letters").body
    assert "Letters: 3." in text
    assert "Bath (2), Portland." in text
    assert "“Our neighbors came in the spring.”\nBath" in text
    assert "not to be quoted" not in text


def test_the_cover_stays_short() -> None:
    cover = Cover.empty()
    for number in range(TOWNS_MOST + 5):
        cover.add(letter(f"Town {number}"), [f"Sentence {number} is here. " * 40])
    text = cover.sheet(date(2026, 11, 24), TO, "Letters").body
    assert "and 5 more places" in text
    assert text.count("“") == QUOTES_MOST
    quotes = [part[1 : part.index("”")] for part in text.split("\n\n") if part.startswith("“")]
    assert all(len(quote) <= QUOTE_LENGTH and quote.endswith("here.") for quote in quotes)
    endless = Cover.empty()
    endless.add(letter("Bath"), ["word " * 200])
    assert endless.quotes[0][0].endswith("word …")


@pytest.mark.parametrize(
    "text",
    [
        "My name is Ana, and I teach.",
        "Everybody calls me REYES here.",
        "We live at 12 congress street, near the bay.",
        "In 04101 we know each other.",
        "Sincerely\nAna Reyes\n12 Congress Run",
    ],
)
def test_what_tells_who_wrote_it_is_not_quoted_and_the_next_paragraph_is(text: str) -> None:
    cover = Cover.empty()
    cover.add(letter("Bath"), [text, "Our neighbors came in the spring."])
    assert cover.quotes == [("Our neighbors came in the spring.", "Bath")]


def test_a_part_of_a_word_is_no_name() -> None:
    cover = Cover.empty()
    cover.add(letter("Bath"), ["Banana bread was what they brought us."])
    assert len(cover.quotes) == 1
