"""Lists page by page: each row once, in order, whatever is chosen and whatever comes in meanwhile."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, select, text, update

from campaign import keys as campaign_keys
from campaign import listed, listing
from campaign.config import EASTERN, Settings
from campaign.database import Database
from campaign.errors import Malformed
from campaign.keys import Keys
from campaign.listable import FATES, NOUNS, Key, Noun
from campaign.listing import Wanted
from campaign.migrations import upgrade
from campaign.models import Mail, Message, Pledge
from tests.invented import LETTERS, fill

LAST = date(2026, 11, 24)
NAMES = sorted(NOUNS)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """700 supporters; nobody changes them. Many rows are of the same day."""
    folder = tmp_path_factory.mktemp("listing")
    settings = Settings(data_dir=folder, database_url=f"sqlite:///{folder / 'lifeline.db'}")
    database = Database(settings.database_url)
    upgrade(database)
    fill(database, campaign_keys.load(settings), 700, last=LAST)
    yield database
    database.close()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages so small that there are many, and looked through in parts."""
    monkeypatch.setattr(listing, "LOOKED_AT", 60)


def own(wanted: Wanted, row: Any) -> Any:
    """By what a row is known: its number, or a partner's code."""
    return getattr(row, wanted.noun.own.key)


def walk(database: Database, wanted: Wanted, most: int = 23) -> list[Any]:
    """The numbers of all rows, by going from page to page."""
    found: list[Any] = []
    start: Key | None = None
    for _ in range(500):
        with database.read() as session:
            page = listing.page(session, wanted, start, most=most)
        found += [own(wanted, row[0]) for row in page.rows]
        if page.after is None:
            return found
        start = page.after
    raise AssertionError("a list without an end")


def in_memory(database: Database, wanted: Wanted) -> list[Any]:
    """The same, by looking at every row."""
    with database.read() as session:
        rows = list(session.scalars(select(wanted.noun.model)))
        kept = [row for row in rows if fits(row, wanted)]
        kept.sort(key=lambda row: ((row.day,) if wanted.noun.by_day else (), own(wanted, row)))
        numbers = [own(wanted, row) for row in kept]
        return numbers if wanted.oldest_first else numbers[::-1]


COLUMNS = {"district": "house_seat", "mail": "kind"}


def fits(row: Any, wanted: Wanted) -> bool:
    """Whether a row is one of those that are wanted: said here once more, in Python."""
    if wanted.noun.name == "mails" and row.failed_at is None:
        return False
    if wanted.noun.name.startswith("quarantined") and row.quarantined_at is None:
        return False
    if (wanted.since and row.day < wanted.since) or (wanted.until and row.day > wanted.until):
        return False
    for name, value in wanted.filters.items():
        if name == "stands":
            fit = (row.quarantined_at is None) == (value == "counted")
        elif name == "open":
            fit = (row.paused_at is None) == (value == "open")
        elif name == "fate":
            fit = value == fate(row)
        elif name == "why":
            fit = value in (row.quarantined_for or "").split()
        else:
            fit = getattr(row, COLUMNS.get(name, name)) == value
        if not fit:
            return False
    return True


def fate(row: Pledge) -> str:
    if row.withdrawn_at:
        return "withdrawn"
    if row.quarantined_at:
        return "quarantined"
    return "confirmed" if row.confirmed_at else "waiting"


VALUES = {
    "partner": ["demo-parish", "demo-synod", "nobody"],
    "district": ["CA-12", "TX-30", "WY-AL"],
    "state": ["CA", "NY", "WY", "GU"],
    "letter": [*LETTERS, "gone"],
    "kind": ["call", "visit"],
    "destination": ["give", "relief"],
    "by": ["person", "bot"],
    "fate": list(FATES),
    "stands": ["counted", "quarantined"],
    "why": ["burst", "trap", "bur", "batch-1"],
    "mail": ["confirm", "other"],
    "open": ["open", "paused"],
}


def choices(noun: Noun, seed: int, many: int) -> Iterator[Wanted]:
    """So many ways to choose rows of a noun."""
    chance = random.Random(f"{noun.name} {seed}")  # noqa: S311
    names = [*noun.leading, *noun.others]
    for _ in range(many):
        chosen = chance.sample(names, chance.randint(0, min(3, len(names))))
        days = [LAST - timedelta(days=chance.randint(0, 19)) for _ in range(2)] if noun.by_day else [None, None]
        since, until = (day if chance.random() < 0.4 else None for day in days)
        filters = {name: chance.choice(VALUES[name]) for name in chosen}
        yield Wanted(noun, filters, since, until, oldest_first=chance.random() < 0.5)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", NAMES)
def test_page_by_page_each_row_that_is_wanted_stands_once_and_in_order(world: Database, name: str) -> None:
    lengths = []
    for wanted in choices(NOUNS[name], 1, 40):
        found = walk(world, wanted)
        assert found == in_memory(world, wanted), wanted
        lengths.append(len(found))
    assert max(lengths) > 0


@pytest.mark.parametrize("name", NAMES)
def test_the_way_back_leads_over_the_same_pages(world: Database, name: str) -> None:
    wanted = Wanted(NOUNS[name], {})
    there, back, start = [], [], None
    with world.read() as session:
        while True:
            page = listing.page(session, wanted, start, most=19)
            there.append([own(wanted, row[0]) for row in page.rows])
            if page.after is None:
                break
            start = page.after
        while page.before:
            page = listing.page(session, wanted, page.before, back=True, most=19)
            back.append([own(wanted, row[0]) for row in page.rows])
    assert back == there[-2::-1]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", NAMES)
def test_a_file_holds_the_same_rows_and_their_number_is_told(
    world: Database, name: str, monkeypatch: pytest.MonkeyPatch, keys: Keys
) -> None:
    monkeypatch.setattr(listed, "CHUNK", 31)
    for wanted in choices(NOUNS[name], 2, 12):
        rows = [row for chunk in listed.in_chunks(world, keys_of(world), wanted, EASTERN) for row in chunk]
        expected = in_memory(world, wanted)
        assert [row[0] for row in rows] == [str(number) for number in expected]
        assert {len(row) for row in rows} <= {len(listed.columns(wanted, in_file=True))}
        with world.read() as session:
            assert listing.count(session, wanted) == len(expected)
            monkeypatch.setattr(listing, "COUNTED", 7)
            assert listing.count(session, wanted) == min(7, len(expected))
            monkeypatch.setattr(listing, "COUNTED", 100_000)


def keys_of(database: Database) -> Keys:
    folder = Path(str(database.url.database)).parent
    return campaign_keys.load(Settings(data_dir=folder, database_url=str(database.url)))


def test_rows_that_come_in_meanwhile_move_none_to_another_page(database: Database, keys: Keys) -> None:
    fill(database, keys, 120, last=LAST, days=3)
    for oldest_first in (False, True):
        wanted = Wanted(NOUNS["messages"], {}, oldest_first=oldest_first)
        before = in_memory(database, wanted)
        found, start = [], None
        for turn in itertools.count():
            with database.read() as session:
                page = listing.page(session, wanted, start, most=10)
            found += [row[0].id for row in page.rows]
            if page.after is None:
                break
            start = page.after
            row = {"content_hash": "", "letter": "l", "state": "ME", "day": LAST, "counted": 1}
            moments = dict.fromkeys(("created_at", "text_until"), page.rows[0][0].created_at)
            form_id = f"late-{oldest_first}-{turn}"
            database.write(lambda s: s.execute(insert(Message), [{**row, **moments, "form_id": form_id}]).close())  # noqa: B023
        assert [number for number in found if number in set(before)] == before
        assert len(found) == len(set(found))


@pytest.mark.sqlite
@pytest.mark.parametrize("name", [name for name in NAMES if name != "partners"])  # of these there are few
def test_each_filter_has_an_index_that_has_its_rows_in_order(database: Database, name: str) -> None:
    noun = NOUNS[name]
    asked: list[tuple[str, Any]] = []
    event.listen(database.engine, "before_cursor_execute", lambda *about: asked.append((about[2], about[3])))
    days: list[dict[str, date]] = [{}, {"since": LAST, "until": LAST}] if noun.by_day else [{}]
    leads: list[str | None] = [None, *noun.leading]
    both = [name for name in noun.leading if name not in leads[:2]]
    with database.read() as session:
        for lead, span, oldest_first, after in itertools.product(leads, days, (False, True), (False, True)):
            filters = {} if lead is None else {lead: VALUES[lead][0]}
            filters |= {other: VALUES[other][0] for other in noun.others}
            if lead == next(iter(noun.leading), None):  # the first leads, whatever else is set
                filters |= {other: VALUES[other][0] for other in both}
            wanted = Wanted(noun, filters, **span, oldest_first=oldest_first)
            start = ((LAST, 5) if noun.by_day else (5,)) if after else None
            asked.clear()
            listing.page(session, wanted, start)
            query, values = next(found for found in asked if found[0].startswith("SELECT"))
            plan = [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)]
            table = noun.model.__tablename__
            column = noun.leading[lead].key if lead else ""
            index = f"ix_{table}_{column}_order" if lead else f"ix_{table}_in_order"
            if noun.only is not None:
                index = "ix_mails_failed" if name == "mails" else f"ix_{table}_quarantined"
            inner = [step for step in plan if index in step]
            assert len(inner) == 1, plan
            assert "COVERING INDEX" in inner[0] or noun.only is not None, plan
            others = [step for step in plan if table in step and step not in inner and "SUBQUERY" not in step]
            assert all("INTEGER PRIMARY KEY" in step for step in others), plan


def test_where_few_fit_the_page_says_how_far_it_has_looked(world: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "LOOKED_AT", 40)
    wanted = Wanted(NOUNS["pledges"], {"fate": "withdrawn"})
    with world.read() as session:
        page = listing.page(session, wanted)
        assert page.is_cut
        assert len(page.rows) < listing.PAGE
        assert page.after is not None
        page = listing.page(session, Wanted(NOUNS["pledges"], {"partner": "nobody"}))
        assert (page.rows, page.after, page.is_cut) == ([], None, False)


@pytest.mark.parametrize(
    "text", ["", "x", "1", "2026-11-24", "2026-11-24.x", "2026-13-24.1", "2026-11-24.-1", "1.2.3", "." * 99]
)
def test_a_place_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        NOUNS["messages"].read_key(text)


def test_a_place_is_read_as_it_was_written() -> None:
    for name, key in (("messages", (LAST, 12)), ("mails", (12,))):
        assert NOUNS[name].read_key(NOUNS[name].write_key(key)) == key


def test_on_postgresql_as_well(postgresql_database: Database, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "LOOKED_AT", 60)
    fill(postgresql_database, keys, 200, last=LAST, days=5)
    for name in NAMES:
        for wanted in choices(NOUNS[name], 3, 6):
            assert walk(postgresql_database, wanted) == in_memory(postgresql_database, wanted), wanted


def test_a_link_that_brought_few_is_not_told_and_a_partners_row_says_what_was_said(world: Database) -> None:
    with world.read() as session:
        wanted = Wanted(NOUNS["messages"], {})
        rows = listed.written(session, wanted, listing.page(session, wanted, most=700).rows, EASTERN)
        links = {row[listed.COLUMNS[Message].index("link")] for row in rows}
        stored = set(session.scalars(select(Message.source).distinct())) - {None}
    assert "one-friend" in stored | {"one-friend"}
    assert links == {"", "newsletter", "utm-evening-news", "poster", "choir"} & (links | {""})
    assert any("sent 2" in row[listed.COLUMNS[Message].index("said")] for row in rows)
    assert not [cell for row in rows for cell in row if "@" in cell]


def test_an_address_stands_in_the_file_only_where_its_owner_agreed(database: Database, keys: Keys) -> None:
    fill(database, keys, 60, last=LAST, days=3)
    wanted = Wanted(NOUNS["pledges"], {})

    def emails() -> list[str]:
        return [row[-1] for chunk in listed.in_chunks(database, keys, wanted, EASTERN) for row in chunk if row[-1]]

    assert emails() == []
    agree = """INSERT INTO consents (supporter_id, purpose, partner, wording, asked_at, given_at)
               SELECT id, 'contact', '', '1', created_at, created_at FROM supporters"""
    database.write(lambda session: session.execute(text(agree)).close())
    with database.read() as session:
        confirmed = [row for row in session.scalars(select(Pledge)) if fate(row) == "confirmed"]
    assert len(emails()) == len(confirmed) > 0
    assert all(email.endswith("@example.org") for email in emails())
    database.write(lambda session: session.execute(update(Pledge).values(withdrawn_at=confirmed[0].created_at)).close())
    assert emails() == []
    with database.read() as session:
        assert session.scalars(select(Mail.id)).all()
