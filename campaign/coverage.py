"""Which of the 541 seats in Congress have heard from somebody, and where the next supporter matters most.

All of it is by seat, whoever held it when a letter was written, and comes from the totals by seat. Each word has one
meaning, here:

- *written*: letters to the seat that are stored and not in quarantine.
- *heard*: letters of which the office has heard, as their writers say: sent, printed, called or visited.
- *reach*, one for each seat: `vacant`; `unwritten`, no letter yet; `written`, letters and none heard; `few`, heard of
  fewer than `MANY`; `many`.
- *the committees that decide*: those whose places the roster names, see `congress/data/committees.json`: Judiciary in
  both chambers with its subcommittee on immigration, Homeland Security with its own on the border, and the
  subcommittees of Appropriations that pay for it.
- *next*: where the next supporter matters most. In this order: who leads such a committee or subcommittee or its
  minority; who sits on one; everybody else. Among equals, who has heard least; then who was written to least; then by
  seat. Left out are vacant seats, and those that have heard of `MANY` letters or more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from campaign.congress import Committee, Office
from campaign.congress.seats import HOUSE_SEATS, SENATE_SEATS, state_of
from campaign.reports import Row

MANY = 10
"""Letters of which an office has heard, from which on they are many: a staff member can no longer name each."""

NEXT = 10
"""How many seats are named as the next ones."""

Reach = Literal["unwritten", "written", "few", "many", "vacant"]
REACHES: tuple[Reach, ...] = ("unwritten", "written", "few", "many", "vacant")

UNHEARD = "nobody"
"""To filter by: those that have heard from nobody, `unwritten` and `written` together."""

DECIDES = "any"
"""To filter by: those with a place on any of the committees that decide."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One seat, and how far the campaign has come with it."""

    office: Office
    written: int = 0
    heard: int = 0

    @property
    def reach(self) -> Reach:
        if self.office.vacant:
            return "vacant"
        if self.heard:
            return "many" if self.heard >= MANY else "few"
        return "written" if self.written else "unwritten"

    @property
    def decides(self) -> bool:
        """Whether its member sits on a committee that decides."""
        return bool(self.office.committees)

    @property
    def leads(self) -> bool:
        """Whether its member leads such a committee, or its minority."""
        place = self.office.weightiest
        return place is not None and place.standing != "member"


def seats(offices: Iterable[Office], rows: Iterable[Row]) -> dict[str, Seat]:
    """Every seat, by its code: state by state, a state's senators before its House seats.

    Args:
        offices: one for each seat.
        rows: the figures by seat, of those that have any.
    """
    by_seat = {office.seat: office for office in offices}
    figures = {row.key: row for row in rows}
    found = {}
    for state in sorted(HOUSE_SEATS):
        for code in (*SENATE_SEATS.get(state, ()), *HOUSE_SEATS[state]):
            row = figures.get(code)
            found[code] = Seat(by_seat[code], row.letters, row.reached) if row else Seat(by_seat[code])
    return found


def next_ones(found: Iterable[Seat], most: int = NEXT) -> list[Seat]:
    """Where the next supporter matters most, the first before the others."""
    left = [seat for seat in found if seat.reach not in ("vacant", "many")]
    return sorted(left, key=_rank)[:most]


def _rank(seat: Seat) -> tuple[int, int, int, str]:
    weight = 0 if seat.leads else 1 if seat.decides else 2
    return weight, seat.heard, seat.written, seat.office.seat


@dataclass(frozen=True, slots=True)
class Body:
    """A committee or subcommittee that decides, and its members."""

    committee: Committee
    """As one of its members sits on it."""
    members: tuple[Seat, ...]
    """Those who lead it first, then by seat."""

    @property
    def name(self) -> str:
        """The committee, and the subcommittee where it is one."""
        place = self.committee
        return f"{place.name}: {place.subcommittee}" if place.subcommittee else place.name

    def among(self, *reaches: Reach) -> list[Seat]:
        """Its members with one of these reaches."""
        return [seat for seat in self.members if seat.reach in reaches]


def bodies(found: Iterable[Seat]) -> list[Body]:
    """The committees that decide: the House's before the Senate's, each before its subcommittees. None while the
    committees of a new Congress are not known."""
    places: dict[str, list[tuple[Committee, Seat]]] = {}
    for seat in found:
        for place in seat.office.committees:
            places.setdefault(place.code, []).append((place, seat))

    def order(member: tuple[Committee, Seat]) -> tuple[bool, str]:
        return member[0].standing == "member", member[1].office.seat

    return [
        Body(members[0][0], tuple(seat for _place, seat in sorted(members, key=order)))
        for _code, members in sorted(places.items())
    ]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which seats; what is empty does not matter."""

    chamber: str = ""
    state: str = ""
    committee: str = ""
    """A committee's code, or `DECIDES`."""
    reach: str = ""
    """One of `REACHES`, or `UNHEARD`."""

    def fits(self, seat: Seat) -> bool:
        codes = [place.code for place in seat.office.committees]
        return (
            self.chamber in ("", seat.office.chamber)
            and self.state in ("", state_of(seat.office.seat))
            and (self.committee in ("", *codes) or (self.committee == DECIDES and seat.decides))
            and (self.reach in ("", seat.reach) or (self.reach == UNHEARD and seat.reach in ("unwritten", "written")))
        )
