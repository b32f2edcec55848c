"""A seat's office: who holds it, where it is, how it is reached, and the committees that matter here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from campaign.congress.points import Point, miles
from campaign.congress.seats import Chamber

SWITCHBOARD = "202-224-3121"
"""The Capitol's switchboard: it connects callers with every office."""

Standing = Literal["chair", "ranking", "member"]
STANDINGS: tuple[Standing, ...] = ("chair", "ranking", "member")


@dataclass(frozen=True, slots=True)
class LocalOffice:
    """A member's office at home."""

    city: str
    state: str
    lines: tuple[str, ...]
    """The address, to be shown or printed; the town alone where the source has no street."""
    takes_mail: bool
    """Whether the lines are a complete postal address."""
    phone: str | None = None
    hours: str | None = None
    at: Point | None = None
    """Where it is on the map."""

    @property
    def code(self) -> str:
        """Its address as one word: it means this office still when the list has changed."""
        return re.sub(r"\W+", "-", " ".join(self.lines).lower())


@dataclass(frozen=True, slots=True)
class Committee:
    """A place on a committee or subcommittee that matters for parole."""

    code: str
    """The House and Senate clerks' code, with the subcommittee's number: `HSJU`, `HSJU01`."""
    name: str
    subcommittee: str | None
    role: str
    """As the committee calls it: Chair, Chairman, Ranking Member …; Member where it names none."""
    standing: Standing

    @property
    def short_name(self) -> str:
        """The committee, or the subcommittee alone: its members know of which committee."""
        if self.subcommittee is None:
            return self.name
        article = "the " if self.subcommittee.startswith("Department") else ""
        return f"Subcommittee on {article}{self.subcommittee}"


def standing_of(role: str) -> Standing:
    """What a role amounts to: who leads the committee, who leads its minority, who sits on it."""
    if role.startswith("Chair"):
        return "chair"
    return "ranking" if role.startswith("Ranking") else "member"


@dataclass(frozen=True, slots=True)
class Office:
    """One seat in Congress and who holds it. A vacant one has no name; its phone is the Capitol's."""

    seat: str
    chamber: Chamber
    title: str
    name: str | None
    party: str | None
    bioguide: str | None
    phone: str
    url: str | None
    contact_form: str | None
    address: str | None
    local_offices: tuple[LocalOffice, ...]
    committees: tuple[Committee, ...]
    vacant: bool
    confirm: bool
    """The member's term had an end that has passed: check before sending."""
    as_of: date
    last_name: str | None = None
    term_end: date | None = None

    @property
    def salutation(self) -> str | None:
        """`Dear Senator Collins`; None where nobody holds the seat."""
        return f"Dear {self.title} {self.last_name}" if self.last_name else None

    @property
    def where_to_write(self) -> str | None:
        """The page where the office takes messages: its contact form, else its site, else nothing."""
        return self.contact_form or self.url

    @property
    def in_washington(self) -> tuple[str, ...]:
        """The lines of its address at the Capitol; none where it is not known."""
        building, _, town = (self.address or "").partition(", Washington")
        return (building, f"Washington{town}") if town else ((building,) if building else ())

    @property
    def weightiest(self) -> Committee | None:
        """Where this member has most to say about parole; the full committee before a subcommittee."""
        by_weight = sorted(self.committees, key=lambda place: (STANDINGS.index(place.standing), len(place.code)))
        return by_weight[0] if by_weight else None

    def to_json(self) -> dict[str, Any]:
        """The office as the public interface shows it."""
        return {
            **_shown(self, "last_name", "term_end"),
            "local_offices": [{**_shown(office, "at"), "lines": list(office.lines)} for office in self.local_offices],
            "committees": [_shown(committee) for committee in self.committees],
            "as_of": self.as_of.isoformat(),
        }


def _shown(row: Office | LocalOffice | Committee, *hidden: str) -> dict[str, Any]:
    # Not `asdict`, which copies whatever it finds, and took half the time of a look-up.
    return {name: getattr(row, name) for name in row.__slots__ if name not in hidden}


def nearest_first(offices: Iterable[LocalOffice], zip_code: str, point: Point | None = None) -> list[LocalOffice]:
    """A member's local offices in the order in which a person there would try them.

    By distance, where it is known on which `point` they live. Else by ZIP code: those near each other in number are
    mostly near each other on the ground. Offices of which neither is known come last.
    """

    def distance(office: LocalOffice) -> tuple[float, float]:
        if point:
            return (miles(point, office.at), 0) if office.at else (100_000, 0)
        own = re.search(r"(\d{5})(?:-\d{4})?$", office.lines[-1])
        if not own:
            return 100_000, 0
        return abs(int(own[1][:3]) - int(zip_code[:3])), abs(int(own[1]) - int(zip_code))

    return sorted(offices, key=distance)
