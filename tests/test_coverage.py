"""Which seats have heard from somebody, and where the next supporter matters most."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from campaign import coverage
from campaign.config import ROOT
from campaign.congress import Office, Roster
from campaign.congress.seats import SEATS
from campaign.coverage import DECIDES, MANY, REACHES, UNHEARD, Filter, Seat
from campaign.reports import Row

ROSTER = Roster.load(Path(ROOT / "campaign" / "congress" / "data"))
OFFICES = list(ROSTER.offices.values())


def seat(code: str = "ME-01", **figures: int) -> Seat:
    return coverage.seats(OFFICES, [Row(code, **figures)])[code]  # type: ignore[arg-type]


@pytest.fixture
def some() -> dict[str, Seat]:
    """All seats, of which many have figures, and many the same ones."""
    chance = random.Random(5)  # noqa: S311  (chance that can be repeated)
    rows = []
    for code in sorted(SEATS):
        letters = chance.choice((0, 0, 1, 2, 9, 10, 30))
        reached = chance.randint(0, letters) if chance.random() < 0.6 else 0
        rows += [Row(code, letters, reached=reached)] if letters else []
    return coverage.seats(OFFICES, rows)


@pytest.mark.parametrize(
    ("figures", "heard", "reach"),
    [
        ({}, 0, "unwritten"),
        ({"letters": 3}, 0, "written"),
        ({"letters": 3, "opened": 3, "replied": 1}, 0, "written"),
        ({"letters": 3, "reached": 1, "sent": 1}, 1, "few"),
        ({"letters": 30, "reached": MANY - 1, "printed": MANY, "called": MANY}, MANY - 1, "few"),
        ({"letters": 30, "reached": MANY}, MANY, "many"),
    ],
)
def test_how_much_an_office_has_heard(figures: dict[str, int], heard: int, reach: str) -> None:
    found = seat(**figures)
    assert (found.written, found.heard, found.reach) == (figures.get("letters", 0), heard, reach)


def test_a_vacant_seat_is_vacant_whatever_was_written_to_it() -> None:
    vacant = next(office.seat for office in OFFICES if office.vacant)
    assert seat(vacant, letters=20, sent=20).reach == "vacant"


def test_every_seat_is_there_once_with_its_own_figures(some: dict[str, Seat]) -> None:
    assert len(some) == 541
    assert set(some) == SEATS
    assert all(found.office.seat == code for code, found in some.items())
    assert [code for code in some if code.startswith("NY-")][:3] == ["NY-S1", "NY-S3", "NY-01"]


def is_before(one: Seat, other: Seat) -> bool:
    """The rule in words, for two seats: whether the next supporter matters more to the first."""

    def leads(found: Seat) -> bool:
        return any(place.standing in ("chair", "ranking") for place in found.office.committees)

    for better in (leads, lambda found: bool(found.office.committees)):
        if better(one) != better(other):
            return better(one)
    if one.heard != other.heard:
        return one.heard < other.heard
    if one.written != other.written:
        return one.written < other.written
    return one.office.seat < other.office.seat


def test_the_next_ones_are_in_the_order_of_the_rule_and_none_before_them_is_left_out(some: dict[str, Seat]) -> None:
    everybody = coverage.next_ones(some.values(), most=1000)
    assert {found.office.seat for found in everybody} == {
        code for code, found in some.items() if not found.office.vacant and found.heard < MANY
    }
    assert all(is_before(one, other) for one, other in combinations(everybody, 2))
    assert coverage.next_ones(some.values()) == everybody[: coverage.NEXT]


def test_who_leads_a_committee_comes_before_who_sits_on_one_and_these_before_all_others() -> None:
    rows = [Row("OH-04", letters=8, sent=8), Row("ME-02", letters=0)]
    order = [found.office.seat for found in coverage.next_ones(coverage.seats(OFFICES, rows).values(), most=1000)]
    member = next(office.seat for office in OFFICES if office.weightiest and office.weightiest.standing == "member")
    assert order.index("OH-04") < order.index(member) < order.index("ME-02")


def test_the_committees_that_decide_have_all_their_members(some: dict[str, Seat]) -> None:
    found = coverage.bodies(some.values())
    places = {(place.code, office.seat) for office in OFFICES for place in office.committees}
    assert {(body.committee.code, one.office.seat) for body in found for one in body.members} == places
    assert sum(len(body.members) for body in found) == len(places)
    judiciary = next(body for body in found if body.committee.code == "HSJU")
    assert [one.office.seat for one in judiciary.members[:2]] == ["MD-08", "OH-04"]
    for body in found:
        assert sum(len(body.among(reach)) for reach in REACHES) == len(body.members)
    names = [body.name for body in found]
    assert len(set(names)) == len(names) == 10


def test_while_the_committees_are_not_known_nobody_sits_on_one() -> None:
    fresh = [replace(office, committees=()) for office in OFFICES]
    found = coverage.seats(fresh, [])
    assert coverage.bodies(found.values()) == []
    assert [one.office.seat for one in coverage.next_ones(found.values(), 2)] == ["AK-AL", "AK-S2"]


Fits = Callable[[Seat, Office], bool]


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({}, lambda _one, _office: True),
        ({"chamber": "senate"}, lambda _one, office: office.seat[3] == "S"),
        ({"state": "ME"}, lambda _one, office: office.seat.startswith("ME-")),
        ({"committee": DECIDES}, lambda _one, office: bool(office.committees)),
        ({"committee": "HSJU"}, lambda _one, office: "HSJU" in [place.code for place in office.committees]),
        ({"reach": UNHEARD}, lambda one, office: not office.vacant and one.heard == 0),
        ({"reach": "many", "chamber": "house"}, lambda one, office: one.reach == "many" and office.seat[3] != "S"),
        ({"state": "nowhere"}, lambda _one, _office: False),
    ],
)
def test_a_filter_takes_those_that_fit(some: dict[str, Seat], wanted: dict[str, str], fits: Fits) -> None:
    taken = {code for code, found in some.items() if Filter(**wanted).fits(found)}
    assert taken == {code for code, found in some.items() if fits(found, found.office)}
