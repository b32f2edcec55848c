"""The seats of Congress as they are fixed by law, whoever holds them.

A seat is written `CA-12` (House, numbered), `WY-AL` (House, the one seat of a state or territory) or `CA-S1` (Senate,
by class). Numbers have two digits, so that codes sort as people count.

Sources: the apportionment after the 2020 census (2 U.S.C. 2a; in force until the elections of 2032), the Senate's
list of classes, and the laws that give six places a delegate or a resident commissioner.
"""

from __future__ import annotations

from typing import Literal

import us

from campaign.addresses import in_a_sentence

Chamber = Literal["senate", "house"]

DISTRICTS: dict[str, int] = {
    **{"AL": 7, "AK": 1, "AZ": 9, "AR": 4, "CA": 52, "CO": 8, "CT": 5, "DE": 1, "FL": 28, "GA": 14},
    **{"HI": 2, "ID": 2, "IL": 17, "IN": 9, "IA": 4, "KS": 4, "KY": 6, "LA": 6, "ME": 2, "MD": 8},
    **{"MA": 9, "MI": 13, "MN": 8, "MS": 4, "MO": 8, "MT": 2, "NE": 3, "NV": 4, "NH": 2, "NJ": 12},
    **{"NM": 3, "NY": 26, "NC": 14, "ND": 1, "OH": 15, "OK": 5, "OR": 6, "PA": 17, "RI": 2, "SC": 7},
    **{"SD": 1, "TN": 9, "TX": 38, "UT": 4, "VT": 1, "VA": 11, "WA": 10, "WV": 2, "WI": 8, "WY": 1},
}
"""State → number of its seats in the House: 435 in all."""

TERRITORIES = ("AS", "DC", "GU", "MP", "PR", "VI")
"""Places with one member of the House, who has no vote on its floor, and no senators."""

_STATES_BY_CLASSES = {
    (1, 2): "DE MA ME MI MN MS MT NE NJ NM RI TN TX VA WV WY",
    (1, 3): "AZ CA CT FL HI IN MD MO ND NV NY OH PA UT VT WA WI",
    (2, 3): "AK AL AR CO GA IA ID IL KS KY LA NC NH OK OR SC SD",
}

SENATE_CLASSES: dict[str, tuple[int, int]] = {
    state: classes for classes, states in _STATES_BY_CLASSES.items() for state in states.split()
}
"""State → the classes of its two senators. A class is elected every six years."""


def _numbered(state: str, districts: int) -> tuple[str, ...]:
    return (f"{state}-AL",) if districts == 1 else tuple(f"{state}-{n:02}" for n in range(1, districts + 1))


HOUSE_SEATS: dict[str, tuple[str, ...]] = {
    **{state: _numbered(state, districts) for state, districts in DISTRICTS.items()},
    **{place: (f"{place}-AL",) for place in TERRITORIES},
}
"""State or territory → its seats in the House: 435 and 6."""

SENATE_SEATS: dict[str, tuple[str, ...]] = {
    state: tuple(f"{state}-S{n}" for n in classes) for state, classes in SENATE_CLASSES.items()
}
"""State → its two seats in the Senate."""

SEATS: frozenset[str] = frozenset(
    seat for table in (HOUSE_SEATS, SENATE_SEATS) for group in table.values() for seat in group
)
"""Every seat there is: 541."""


def house_seat(state: str, district: int) -> str:
    """The code of a House seat; district 0 is the one seat of its state or territory.

    Raises:
        ValueError: there is no such seat.
    """
    return _existing(f"{state}-AL" if district == 0 else f"{state}-{district:02}")


def senate_seat(state: str, senate_class: int) -> str:
    """The code of a Senate seat.

    Raises:
        ValueError: there is no such seat.
    """
    return _existing(f"{state}-S{senate_class}")


def seat_of_geoid(geoid: str) -> str | None:
    """The seat of a Census Bureau's GEOID, two digits of state and two of district; None for water, which has no seat.

    Raises:
        ValueError: there is no such seat.
    """
    fips, district = geoid[:2], geoid[2:]
    if district == "ZZ":
        return None
    state = us.states.lookup(fips, field="fips")
    if state is None or len(district) != 2:
        raise ValueError(f"there is no district {geoid!r}")
    return house_seat(state.abbr, 0 if district == "98" else int(district))  # 98: a delegate's


def _existing(seat: str) -> str:
    if seat not in SEATS:
        raise ValueError(f"there is no seat {seat}")
    return seat


def state_of(seat: str) -> str:
    """The postal code of the state or territory that elects this seat."""
    return seat[:2]


def chamber_of(seat: str) -> Chamber:
    """Which chamber the seat is in."""
    return "senate" if seat[3] == "S" else "house"


def title_of(seat: str) -> str:
    """How whoever holds this seat is titled."""
    if chamber_of(seat) == "senate":
        return "Senator"
    state = state_of(seat)
    if state == "PR":
        return "Resident Commissioner"
    return "Delegate" if state in TERRITORIES else "Representative"


def district_name(seat: str) -> str:
    """Whom the seat represents, for people: `California’s 12th district`, `Wyoming (at large)`, `Maine`."""
    state = in_a_sentence(state_of(seat))
    if chamber_of(seat) == "senate":
        return state
    if seat.endswith("AL"):
        return f"{state} (at large)"
    number = int(seat[3:])
    return f"{state}’s {number}{_ordinal_ending(number)} district"


def _ordinal_ending(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
