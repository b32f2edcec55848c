"""The figures of one office's page, against those who count the rows one by one."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from campaign import compose, office_reports
from campaign.database import Database
from campaign.delivery.packs import Brought
from campaign.keys import Keys
from campaign.models import Delivery, Message, Pledge
from campaign.models.delivery import SAID
from campaign.office_reports import CROWD, QUOTES, TOWNS, Voices, figures, voices

SEAT, MEMBER = "ME-01", "P000597"
VISITS = ["visit", "town-hall"]


@dataclass
class Letter:
    """One letter as a test knows it, without asking the database."""

    town: str = "Portland"
    story: str = "A story of my own."
    may_print: bool = True
    may_quote: bool = True
    over: bool = False
    """Whether its text's time is over."""
    quarantined: bool = False
    to: dict[str, str] = field(default_factory=lambda: {SEAT: MEMBER})
    said: dict[str, set[str]] = field(default_factory=dict)
    """Seat → what was said."""
    pledges: list[tuple[str, set[str]]] = field(default_factory=list)
    """Kind → which of its moments are set."""


def store(database: Database, keys: Keys, now: datetime, letters: Iterable[Letter]) -> None:
    def add(session: Session) -> None:
        for number, one in enumerate(letters):
            kept = {
                "name": f"Quentin Xylo{number}",
                "address": ["12 Congress Street", f"{one.town}, ME 04101"],
                "texts": {seat: {"subject": "Subject", "body": one.story} for seat in one.to},
            }
            message = Message(
                form_id=f"form-{number}",
                content_hash="x",
                letter="protect-parole",
                state="ME",
                sealed=keys.seal(json.dumps(kept)),
                text_until=now + timedelta(days=-1 if one.over else 9),
                day=now.date(),
                created_at=now,
                may_print=one.may_print,
                may_quote=one.may_quote,
                quarantined_at=now if one.quarantined else None,
            )
            session.add(message)
            session.flush()
            for seat, bioguide in one.to.items():
                moments = {f"{word}_at": now for word in one.said.get(seat, ())}
                session.add(Delivery(message_id=message.id, seat=seat, bioguide=bioguide, **moments))
            for kind, moments_set in one.pledges:
                moments = dict.fromkeys((f"{word}_at" for word in moments_set), now)
                more = {"kind": kind, "state": "ME", "day": now.date(), "created_at": now}
                session.add(Pledge(message_id=message.id, **more, **moments))

    database.write(add)


def own(letter: Brought) -> list[str]:
    return [letter.body]


def read(database: Database, keys: Keys, now: datetime) -> Voices:
    with database.read() as session:
        return voices(session, keys, SEAT, MEMBER, own, now)


@pytest.fixture
def many() -> list[Letter]:
    """Letters of every kind, to several seats and to two who held one of them."""
    chance = random.Random(11)  # noqa: S311  (chance that can be repeated)

    def some(words: Iterable[str], share: float) -> set[str]:
        return {word for word in words if chance.random() < share}

    def letter(number: int) -> Letter:
        seats = ["ME-01" if chance.random() < 0.7 else "ME-02", "ME-S1"]
        return Letter(
            town=chance.choice(["Portland", "PORTLAND", "Bath", "Saco", f"Town {chance.randint(1, 30)}"]),
            story=f"Story {number % 20} of somebody.",
            may_print=(agreed := chance.random() < 0.6),
            may_quote=agreed and chance.random() < 0.5,
            over=chance.random() < 0.1,
            quarantined=chance.random() < 0.1,
            to={seat: chance.choice([MEMBER, MEMBER, "X000001"]) for seat in seats},
            said={seat: some(SAID, 0.25) for seat in seats},
            pledges=[
                (kind, some(("confirmed", "confirmed", "withdrawn", "quarantined"), 0.4))
                for kind in some(("visit", "town-hall", "call"), 0.4)
            ],
        )

    return [letter(number) for number in range(150)]


def test_each_figure_is_what_counting_the_rows_finds(
    any_database: Database, keys: Keys, now: datetime, many: list[Letter]
) -> None:
    store(any_database, keys, now, many)
    counting = [one for one in many if not one.quarantined]
    written = [one for one in counting if one.to.get(SEAT) == MEMBER]
    said = [one.said[SEAT] for one in written]
    expected = {
        "letters": len(written),
        "earlier": sum(1 for one in counting if one.to.get(SEAT) == "X000001"),
        "reached": sum(1 for words in said if words & {"sent", "printed", "called", "visited"}),
        **{word: sum(1 for words in said if word in words) for word in SAID},
        "visits": sum(
            1 for one in written for kind, moments in one.pledges if kind in VISITS and moments == {"confirmed"}
        ),
    }
    assert all(expected.values()), expected
    with any_database.read() as session:
        assert asdict(figures(session, SEAT, MEMBER, VISITS)) == expected
        assert figures(session, SEAT, MEMBER, []).visits == 0
        assert set(asdict(figures(session, "WY-AL", MEMBER, VISITS)).values()) == {0}


def test_towns_are_counted_of_the_letters_that_may_be_brought(
    any_database: Database, keys: Keys, now: datetime, many: list[Letter]
) -> None:
    store(any_database, keys, now, many)
    usable = [one for one in many if one.to.get(SEAT) == MEMBER and one.may_print and not (one.over or one.quarantined)]
    towns = Counter(one.town.casefold() for one in usable)
    found = read(any_database, keys, now)
    assert (found.agreed, found.read) == (len(usable), len(usable))
    assert {town.casefold(): n for town, n in found.towns} == {town: n for town, n in towns.items() if n >= CROWD}
    assert [n for _town, n in found.towns] == sorted((n for _town, n in found.towns), reverse=True)
    assert found.elsewhere == sum(n for n in towns.values() if n < CROWD) > 0
    quotable = {one.story for one in usable if one.may_quote}
    texts = [quote.text for quote in found.quotes]
    assert len(texts) == len(set(texts)) == QUOTES
    assert set(texts) <= quotable
    assert {quote.town.casefold() for quote in found.quotes if quote.town} <= {
        town.casefold() for town, _n in found.towns
    }


def test_a_town_of_few_letters_is_named_nowhere(database: Database, keys: Keys, now: datetime) -> None:
    letters = [Letter("Bath") for _ in range(CROWD - 1)]
    store(database, keys, now, letters)
    found = read(database, keys, now)
    assert (found.towns, found.elsewhere) == ((), CROWD - 1)
    assert [quote.town for quote in found.quotes] == [None]


def test_as_many_towns_are_named_as_fit(database: Database, keys: Keys, now: datetime) -> None:
    store(database, keys, now, [Letter(f"Town {n % (TOWNS + 3)}") for n in range((TOWNS + 3) * CROWD)])
    found = read(database, keys, now)
    assert (len(found.towns), found.elsewhere) == (TOWNS, 3 * CROWD)


def test_only_the_newest_letters_are_opened(
    any_database: Database, keys: Keys, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office_reports, "NEWEST", 10)
    store(any_database, keys, now, [Letter("Bath", f"Story {n}.") for n in range(8)] + [Letter("Saco")] * 6)
    found = read(any_database, keys, now)
    assert (found.agreed, found.read, found.towns, found.elsewhere) == (14, 10, (("Saco", 6),), 4)
    assert [quote.text for quote in found.quotes] == ["A story of my own.", *(f"Story {n}." for n in (7, 6, 5, 4))]


def test_what_names_its_writer_is_not_quoted(database: Database, keys: Keys, now: datetime) -> None:
    store(database, keys, now, [Letter(story="I am Quentin, and I teach."), Letter(story="We live in 04101.")])
    assert read(database, keys, now).quotes == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda session, _now: compose.take_back(session, "form-0"),
        lambda session, _now: session.execute(update(Message).values(may_quote=False)),
        lambda session, now: session.execute(update(Message).values(quarantined_at=now)),
        lambda session, _now: session.execute(update(Message).values(sealed=None)),
        lambda session, now: session.execute(update(Message).values(text_until=now)),
        lambda session, _now: (session.query(Delivery).delete(), session.query(Message).delete()),
    ],
)
def test_what_is_taken_back_stands_no_more(any_database: Database, keys: Keys, now: datetime, change: object) -> None:
    store(any_database, keys, now, [Letter()])
    found = read(any_database, keys, now)
    with any_database.read() as session:
        assert (len(found.quotes), found.stand(session, now)) == (1, True)
    any_database.write(lambda session: str(change(session, now)))  # type: ignore[operator]
    with any_database.read() as session:
        assert not found.stand(session, now)
    assert read(any_database, keys, now).quotes == ()


def test_no_words_of_letters_reach_a_log(database: Database, keys: Keys, now: datetime) -> None:
    store(database, keys, now, [Letter()])
    found = read(database, keys, now)
    assert "story" not in f"{found!r} {found.quotes!r}"
