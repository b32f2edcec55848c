"""The figures, against a small world counted by hand."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections import Counter
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, text, update
from sqlalchemy.orm import Session

from campaign import (
    cells,
    clock,
    compose,
    consents,
    counting,
    donations,
    exports,
    gifts,
    partners,
    publishing,
    reports,
    supporters,
)
from campaign.addresses import Address
from campaign.cells import Amount, Whence
from campaign.compose import Origin, Signer, Text
from campaign.config import EASTERN, Settings
from campaign.database import Database
from campaign.delivery import kit
from campaign.gifts import Gift
from campaign.keys import Keys
from campaign.models import Pledge
from campaign.publishing import PublicCounts, public_counts
from campaign.reports import Row, table
from tests.totals import bring_all

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def add_letter(
    session: Session,
    keys: Keys,
    number: int,
    state: str,
    day: date,
    partner: str | None = None,
    pledges: tuple[str, ...] = (),
    may_contact: bool = False,
) -> None:
    """One supporter's letter to two offices."""
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=EASTERN)
    email = f"supporter{number}@example.org" if pledges else None
    signer = Signer("Ana Reyes", Address("1 Main Street", "Anytown", state, "04101"), email, may_contact)
    texts = [Text(f"{state}-S1", "S100001", "Subject", "Body"), Text(f"{state}-01", "R100001", "Subject", "Body")]
    origin = Origin(
        f"form-{number}", "restore-u4u", partner, house_seat=f"{state}-01", congress=119, day=day, now=moment
    )
    compose.write_message(session, keys, origin, signer, texts, pledges)
    if email and may_contact:
        who = supporters.find_or_add(session, keys, email, may_contact=False, now=moment)
        consents.settle(session, who, {(consents.CONTACT, ""): True}, now=moment)


@pytest.fixture
def world(database: Database, keys: Keys, now: datetime) -> Database:
    """Ten letters: six from Maine and four from New York; five by riverside, two by tiny, three by nobody."""

    def fill(session: Session) -> None:
        for code in ("riverside", "tiny", "idle"):
            partners.add(session, code, code.title(), [f"https://{code}.example"], now=now)
        for number in range(5):
            add_letter(session, keys, number, "ME", MONDAY, "riverside")
        add_letter(session, keys, 5, "ME", TUESDAY, None, ("call", "visit"), may_contact=True)
        add_letter(session, keys, 6, "NY", TUESDAY, None, ("call",))
        add_letter(session, keys, 7, "NY", TUESDAY, None)
        add_letter(session, keys, 8, "NY", TUESDAY, "tiny", ("call", "give"))
        add_letter(session, keys, 9, "NY", TUESDAY, "tiny")
        session.execute(update(Pledge).where(Pledge.kind == "call", Pledge.state == "NY").values(confirmed_at=now))
        kit.mark(session, "form-0", "ME-S1", {"opened", "sent"}, now=now)
        kit.mark(session, "form-0", "ME-01", {"opened", "printed"}, now=now)
        kit.mark(session, "form-8", "NY-S1", {"called"}, now=now)
        donations.record_click(session, "relief", day=MONDAY, now=now, partner="riverside", state="ME")
        donations.record_click(session, "relief", day=TUESDAY, now=now)
        donations.record_click(session, "relief", day=date(2026, 11, 25), now=now, state="VT")

    database.write(fill)
    bring_all(database)
    return database


def by(database: Database, grouping: str | None) -> list[Row]:
    with database.read() as session:
        return table(session, grouping)


CALLED: dict[str, Any] = {"pledged": {"call": 2, "give": 1}, "confirmed": {"call": 2}}
OWN: dict[str, Any] = {"pledged": {"call": 1, "visit": 1}, "confirmed": {}}
ALL: dict[str, Any] = {"pledged": {"call": 3, "give": 1, "visit": 1}, "confirmed": {"call": 2}}
FIRST: dict[str, Any] = {"opened": 2, "sent": 1, "printed": 1}


def test_one_row_sums_up_the_campaign(world: Database) -> None:
    assert by(world, None) == [Row(None, letters=10, reached=2, **FIRST, called=1, **ALL, handovers=3)]


def test_the_figures_by_day_begin_with_the_newest(world: Database) -> None:
    assert by(world, "day") == [
        Row(date(2026, 11, 25), handovers=1),
        Row(TUESDAY, letters=5, reached=1, called=1, **ALL, handovers=1),
        Row(MONDAY, letters=5, reached=1, **FIRST, handovers=1),
    ]


def test_the_figures_by_state_hold_hand_overs_of_unknown_state(world: Database) -> None:
    assert by(world, "state") == [
        Row(None, handovers=1),
        Row("ME", letters=6, reached=1, **FIRST, **OWN, handovers=1),
        Row("NY", letters=4, reached=1, called=1, **CALLED),
        Row("VT", handovers=1),
    ]


def test_the_figures_by_partner_hold_what_came_through_none(world: Database) -> None:
    mixed: dict[str, Any] = {"pledged": {"call": 2, "visit": 1}, "confirmed": {"call": 1}}
    assert by(world, "partner") == [
        Row(None, letters=3, **mixed, handovers=2),
        Row("riverside", letters=5, reached=1, **FIRST, handovers=1),
        Row("tiny", letters=2, reached=1, called=1, pledged={"call": 1, "give": 1}, confirmed={"call": 1}),
    ]


def test_every_grouping_adds_up_to_the_whole(world: Database) -> None:
    (whole,) = by(world, None)
    for grouping in reports.GROUPINGS:
        rows = by(world, grouping)
        for figure in ("letters", "opened", "sent", "printed", "called", "handovers"):
            assert sum(getattr(row, figure) for row in rows) == getattr(whole, figure), (grouping, figure)
        assert sum(sum(row.pledged.values()) for row in rows) == sum(whole.pledged.values())


def test_every_pledge_is_in_one_column_and_the_confirmed_are_the_public_ones(world: Database, now: datetime) -> None:
    def fill(session: Session) -> None:
        moments = dict.fromkeys(("confirmed_at", "withdrawn_at", "quarantined_at"), (None, now))
        for values in itertools.product(*moments.values()):
            row = dict(zip(moments, values, strict=True))
            session.add(Pledge(kind="share", state="ME", day=MONDAY, created_at=now, **row))

    world.write(fill)
    bring_all(world)
    with world.read() as session:
        found = reports.pledged(session)
        public = publishing.public_counts(session).pledges_by_kind
        counted = session.execute(text("SELECT kind, count(*) FROM pledges GROUP BY kind"))
        made = {kind: n for kind, n in counted}  # noqa: C416
    assert found["share"] == reports.Pledged(confirmed=1, waiting=1, withdrawn=4, quarantined=2)
    assert {kind: figures.made for kind, figures in found.items()} == made
    assert {kind: figures.confirmed for kind, figures in found.items() if figures.confirmed} == public


def test_gifts_count_where_their_hand_overs_do(world: Database, keys: Keys, now: datetime) -> None:
    tokens = [donations.new_token(keys) for _ in range(3)]

    def give(session: Session) -> None:
        whence: list[dict[str, Any]] = [{"partner": "riverside", "letter": "restore-u4u"}, {"state": "ME"}, {}]
        for token, origin in zip(tokens, whence, strict=True):
            donations.record_click(session, "relief", day=MONDAY, now=now, token=token, **origin)
        for word in ("prefetch", "preview", "bot", "bot"):
            donations.record_click(session, "relief", day=MONDAY, now=now, partner="riverside", by=word)
        told = [Gift(1, tokens[0], 2500, TUESDAY), Gift(2, tokens[1], 1, TUESDAY), Gift(3, "made-up", 700, MONDAY)]
        gifts.record_gifts(session, keys, told, now)

    world.write(give)
    bring_all(world)

    def given(grouping: str | None) -> dict[object, tuple[int, int, int, float | None]]:
        rows = by(world, grouping)
        return {row.key: (row.handovers, row.gifts, row.cents, row.conversion) for row in rows}

    assert given(None) == {None: (6, 2, 2501, 2 / 6)}
    assert given("day") == {
        date(2026, 11, 25): (1, 0, 0, 0),
        TUESDAY: (1, 0, 0, 0),
        MONDAY: (4, 2, 2501, 0.5),
    }
    assert given("partner") == {None: (4, 1, 1, 0.25), "riverside": (2, 1, 2500, 0.5), "tiny": (0, 0, 0, None)}
    assert given("letter") == {None: (5, 1, 1, 0.2), "restore-u4u": (1, 1, 2500, 1)}
    with world.read() as session:
        assert reports.askers(session) == {"person": 6, "prefetch": 1, "preview": 1, "bot": 2}
        assert reports.unmatched(session) == reports.Unmatched(1, 700, [("made-up", 700, MONDAY)])
        assert (public_counts(session).handovers, public_counts(session, "riverside").handovers) == (6, None)


def test_an_empty_campaign_has_none_apart(database: Database) -> None:
    with database.read() as session:
        assert reports.unmatched(session) == reports.Unmatched(0, 0, [])
        assert set(reports.askers(session).values()) == {0}


def test_an_empty_campaign_has_figures_too(database: Database) -> None:
    assert by(database, None) == [Row(None)]
    assert by(database, "day") == []
    with database.read() as session:
        assert public_counts(session) == PublicCounts(0, 0, {}, 0, {}, {})


def test_a_table_takes_one_query_whatever_its_size(world: Database) -> None:
    asked: list[str] = []
    event.listen(world.engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    by(world, "state")
    assert len([query for query in asked if query.startswith("SELECT")]) == 1


def test_what_is_quarantined_is_in_no_figure_but_its_own(world: Database) -> None:
    with world.engine.begin() as connection:
        for table in ("messages", "pledges"):
            connection.exec_driver_sql(f"UPDATE {table} SET quarantined_at = created_at WHERE state = 'NY'")  # noqa: S608
    bring_all(world)
    assert by(world, None) == [Row(None, letters=6, quarantined=4, reached=1, **FIRST, **OWN, handovers=3)]
    assert by(world, "state")[2] == Row("NY", quarantined=4)
    with world.read() as session:
        public = publishing.public_counts(session)
    assert (public.letters, public.pledges, public.by_state) == (6, 0, {"ME": 6})


def test_the_public_sees_totals_and_no_small_cell(world: Database) -> None:
    with world.read() as session:
        assert public_counts(session) == PublicCounts(
            letters=10,
            pledges=2,
            pledges_by_kind={"call": 2},
            handovers=3,
            by_state={"ME": None, "NY": None},
            by_partner={"riverside": 5, "tiny": None},
        )


@pytest.mark.parametrize(
    ("partner", "counts"),
    [
        ("riverside", PublicCounts(5, None, {}, None, {"ME": 5}, {"riverside": 5})),
        ("tiny", PublicCounts(None, None, {}, None, {}, {"tiny": None})),
        ("idle", PublicCounts(None, None, {}, None, {}, {})),
        ("nobody' OR 1=1 --", PublicCounts(None, None, {}, None, {}, {})),
    ],
)
def test_a_partners_counts_are_its_own(world: Database, partner: str, counts: PublicCounts) -> None:
    with world.read() as session:
        assert public_counts(session, partner) == counts


def test_each_figure_of_a_partner_is_shown_from_five_on(database: Database) -> None:
    def fill(session: Session) -> None:
        for figure, kind, n in (("confirmed", "call", 4), ("confirmed", "visit", 1), ("handovers", "", 5)):
            amount = Amount(Whence(state="ME", partner="riverside"), figure, kind)
            counting.add(session, cells.spread(Counter({amount: n})))

    database.write(fill)
    with database.read() as session:
        assert public_counts(session, "riverside") == PublicCounts(None, 5, {"call": None, "visit": None}, 5, {}, {})


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"ME": 5, "NY": 6, "VT": 7}, {"ME": 5, "NY": 6, "VT": 7}),
        ({"ME": 4, "NY": 9, "VT": 6}, {"ME": None, "NY": 9, "VT": None}),
        ({"ME": 5, "NY": 3, "VT": 5, "WY": 6}, {"ME": None, "NY": None, "VT": None, "WY": 6}),
        ({"ME": 4, "NY": 1, "VT": 6}, {"ME": None, "NY": None, "VT": 6}),
        ({"ME": 3, "NY": 1, "VT": 6}, {"VT": 6}),
        ({"ME": 4, "NY": 4, "VT": 4}, {}),
        (dict.fromkeys(("ME", "NY", "VT", "TX", "WY"), 1), {}),
        ({"ME": 4}, {}),
        ({"ME": 9, "TX": 1, "": 30}, {"ME": 9, "TX": None}),
        ({"ME": 9, "": 1}, {"ME": None}),
        ({"ME": 9, "": 5}, {"ME": 9}),
        ({"": 1}, {}),
        ({}, {}),
    ],
)
def test_no_cell_is_withheld_alone_since_the_total_would_tell_it(
    counts: dict[str, int], shown: dict[str, int | None]
) -> None:
    assert publishing.withhold(counts) == shown


MANY = 20


@pytest.mark.parametrize("keys", [("ME", "NY", "TX", "VT"), ("", "ME", "NY", "TX")])
def test_nobody_can_work_out_a_cell_that_is_withheld(keys: tuple[str, ...]) -> None:
    """All worlds of a few cells, by what is shown of them: a world that looks like no other is an open book."""
    alike: dict[Any, list[tuple[int, ...]]] = {}
    for numbers in itertools.product(*(range(9 if key else MANY) for key in keys)):
        shown = publishing.withhold({key: n for key, n in zip(keys, numbers, strict=True) if n})
        alike.setdefault((sum(numbers), tuple(shown.items())), []).append(numbers)
    for (total, items), worlds in alike.items():
        if "" in keys and total >= MANY:  # more of none would have been possible
            continue
        shown = dict(items)
        few = total - sum(n or 0 for n in shown.values()) < publishing.SMALL_CELL
        for key, numbers in zip(keys, zip(*worlds, strict=True), strict=True):
            if not key or shown.get(key) is not None:
                continue
            if key in shown:
                assert (few, len(set(numbers)) > 1) == (False, True), (total, shown)
            elif any(numbers) and any(not all(world) for world in worlds):  # outside there are more states than here
                assert 0 in numbers, (total, shown)


@pytest.mark.parametrize("seed", range(20))
def test_one_partners_figures_give_away_nothing_that_the_campaigns_withhold(database: Database, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    codes = ["", "riverside", "tiny", "union"][chance.randrange(2) :]
    letters = {
        (code, state): chance.choice((0, 0, 1, 1, 2, 3, 6)) for code in codes for state in ("ME", "NY", "TX", "VT")
    }

    def fill(session: Session) -> None:
        amounts = {
            Amount(Whence(state=state, partner=code or None), "letters"): n for (code, state), n in letters.items()
        }
        counting.add(session, cells.spread(Counter(amounts)))

    database.write(fill)
    with database.read() as session:
        whole = public_counts(session)
        of = {code: public_counts(session, code) for code in codes if code}
    sums = {code: sum(n for (own, _state), n in letters.items() if own == code) for code in codes}
    assert whole.letters == sum(sums.values())
    for code, counts in of.items():
        assert counts.letters == whole.by_partner.get(code)
        assert counts.letters is None or counts.letters == sums[code] >= publishing.SMALL_CELL
        own = {state: n for (of_whom, state), n in letters.items() if of_whom == code and n}
        assert counts.by_state == (publishing.withhold(own) if counts.letters else {})
    missing = [sums[code] for code in codes if not code or of[code].letters is None]
    assert len([n for n in missing if n]) != 1 or min(n for n in missing if n) >= publishing.SMALL_CELL


@pytest.mark.parametrize(("letters", "shown"), [(4, {}), (5, {"ME": 5})])
def test_a_cell_is_shown_from_five_on(database: Database, keys: Keys, letters: int, shown: dict[str, int]) -> None:
    for number in range(letters):
        database.write(partial(add_letter, keys=keys, number=number, state="ME", day=MONDAY))
    bring_all(database)
    with database.read() as session:
        assert public_counts(session).by_state == shown
        assert public_counts(session).letters == letters


@pytest.mark.parametrize(
    ("moment", "day"),
    [("2026-11-24T23:59:00-05:00", TUESDAY), ("2026-11-25T00:01:00-05:00", date(2026, 11, 25))],
)
def test_a_letter_counts_on_its_eastern_day(
    database: Database, keys: Keys, settings: Settings, moment: str, day: date
) -> None:
    at = dataclasses.replace(settings, today=datetime.fromisoformat(moment).astimezone(ZoneInfo("UTC")))
    database.write(lambda session: add_letter(session, keys, 1, "ME", clock.day(at, EASTERN)))
    bring_all(database)
    assert by(database, "day") == [Row(day, letters=1)]


def test_an_export_gives_an_address_only_where_its_owner_confirmed_and_agreed(
    world: Database, keys: Keys, now: datetime
) -> None:
    world.write(lambda session: session.execute(update(Pledge).where(Pledge.kind == "call").values(confirmed_at=now)))
    with world.read() as session:
        rows = [dict(zip(exports.PLEDGE_COLUMNS, row, strict=True)) for row in exports.pledge_rows(session, keys)]
    assert [(row["kind"], row["state"], row["partner"], row["confirmed"], row["email"]) for row in rows] == [
        ("call", "ME", "", "yes", "supporter5@example.org"),
        ("visit", "ME", "", "no", ""),
        ("call", "NY", "", "yes", ""),
        ("call", "NY", "tiny", "yes", ""),
        ("give", "NY", "tiny", "no", ""),
    ]
    assert {(row["day"], row["letter"]) for row in rows} == {("2026-11-24", "restore-u4u")}


def test_a_pledge_outlives_the_person_behind_it(world: Database, keys: Keys) -> None:
    world.write(lambda session: session.execute(update(Pledge).values(supporter_id=None)))
    with world.read() as session:
        assert {row[-1] for row in exports.pledge_rows(session, keys)} == {""}
