"""Which districts a ZIP code touches, and which states it can be in.

The table joins ZIP areas and districts through whole census tracts: it lists too many districts for some ZIP codes
and now and then too few. Several districts are candidates, never an answer. ZIP codes without an area (PO boxes, single
organizations) are missing; for them the first three digits tell the state.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from campaign.congress import tables
from campaign.congress.seats import state_of

PREFIXES: dict[str, str] = {
    "AL": "350-352 354-369",
    "AK": "995-999",
    "AZ": "850-853 855-857 859-860 863-865",
    "AR": "716-729",
    "CA": "900-908 910-928 930-961",
    "CO": "800-816",
    "CT": "060-069",
    "DE": "197-199",
    "DC": "200 202-205 569",
    "FL": "320-339 341-342 344 346-347 349",
    "GA": "300-319 398-399",
    "HI": "967-968",
    "ID": "832-838",
    "IL": "600-620 622-629",
    "IN": "460-479",
    "IA": "500-516 520-528",
    "KS": "660-662 664-679",
    "KY": "400-418 420-427",
    "LA": "700-701 703-708 710-714",
    "ME": "039-049",
    "MD": "205-212 214-219",
    "MA": "010-027 055",
    "MI": "480-499",
    "MN": "550-551 553-567",
    "MS": "386-397",
    "MO": "630-631 633-641 644-658 726",
    "MT": "590-599",
    "NE": "680-681 683-693",
    "NV": "889-891 893-895 897-898",
    "NH": "030-038",
    "NJ": "070-089",
    "NM": "870-875 877-884",
    "NY": "005 063 100-149",
    "NC": "270-289",
    "ND": "580-588",
    "OH": "430-459",
    "OK": "730-731 734-741 743-749",
    "OR": "970-979",
    "PA": "150-196",
    "RI": "028-029",
    "SC": "290-299",
    "SD": "570-577",
    "TN": "370-385",
    "TX": "733 739 750-770 772-799 885",
    "UT": "840-847",
    "VT": "050-054 056-059",
    "VA": "201 205 220-246",
    "WA": "980-986 988-994",
    "WV": "247-268",
    "WI": "530-532 534-535 537-549",
    "WY": "820-831 834",
    "PR": "006-007 009",
    "VI": "008",
}
"""State → the first three digits of its ZIP codes, as the Postal Service assigns them. A prefix can be two states'."""

PACIFIC: dict[str, str] = {
    "AS": "96799",
    "GU": "96910-96932",
    "MP": "96950-96952",
    "PW": "96939-96940",
    "FM": "96941-96944",
    "MH": "96960 96970",
    "UM": "96898",
}
"""The islands that share a prefix are told apart by all five digits. PW, FM, MH and UM have no member of Congress."""

MILITARY = "090-098 340 962-966"
"""APO, FPO and DPO addresses: AE, AA and AP."""


def _expand(ranges: str) -> list[str]:
    """`"006-007 009"` → 006, 007, 009."""
    expanded: list[str] = []
    for piece in ranges.split():
        first, _, last = piece.partition("-")
        expanded += [f"{n:0{len(first)}}" for n in range(int(first), int(last or first) + 1)]
    return expanded


def _states_by(assigned: dict[str, str]) -> dict[str, tuple[str, ...]]:
    states: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for state, ranges in assigned.items():
        for digits in _expand(ranges):
            states[digits] += (state,)
    return dict(states)


FILES = "zips-*.json"
"""The tables' files: one for each Congress whose districts are known by ZIP code."""

_BY_PREFIX = _states_by(PREFIXES)
_BY_PACIFIC_ZIP = _states_by(PACIFIC)
_MILITARY = frozenset(_expand(MILITARY))


def is_military(zip_code: str) -> bool:
    """Whether mail to this ZIP code goes to the armed forces or the foreign service."""
    return zip_code[:3] in _MILITARY


def assigned_states(zip_code: str) -> tuple[str, ...]:
    """The states to which the Postal Service assigns ZIP codes like this one; none when there can be none like it."""
    return _BY_PACIFIC_ZIP.get(zip_code) or _BY_PREFIX.get(zip_code[:3], ())


def load_all(*folders: Path) -> dict[int, Zips]:
    """The tables in some folders, by Congress; where two are of one Congress, the later folder's is taken.

    Raises:
        Misconfigured: one of them cannot be read.
    """
    return {table.congress: table for folder in folders for table in map(Zips.load, sorted(folder.glob(FILES)))}


@dataclass(frozen=True, slots=True)
class Zips:
    """The table of ZIP areas and districts, as of one day."""

    as_of: date
    congress: int
    """The Congress whose districts these are."""
    listed: dict[str, list[str]]
    nearby: dict[str, frozenset[str]]
    """First three digits → every state that an area with these digits touches."""

    @classmethod
    def load(cls, path: Path) -> Zips:
        """Read a table.

        Raises:
            Misconfigured: it cannot be read.
        """
        with tables.complete(path):
            table = tables.read(path)
            nearby: defaultdict[str, set[str]] = defaultdict(set)
            for zip_code, seats in table["zips"].items():
                nearby[zip_code[:3]].update(map(state_of, seats))
            return cls(
                as_of=date.fromisoformat(table["as_of"]),
                congress=table["congress"],
                listed=table["zips"],
                nearby={prefix: frozenset(states) for prefix, states in nearby.items()},
            )

    def seats(self, zip_code: str) -> tuple[str, ...]:
        """The House seats that the ZIP area touches; none when it is not listed."""
        return tuple(self.listed.get(zip_code, ()))

    def states(self, zip_code: str) -> tuple[str, ...]:
        """The states that the ZIP code is in; none when there can be no such ZIP code."""
        listed = {state_of(seat) for seat in self.seats(zip_code)}
        assigned = assigned_states(zip_code)
        # The table has a dozen ZIP codes on a border in the neighboring state alone; their post offices are not there.
        return tuple(sorted(listed if listed & set(assigned) else listed | set(assigned)))

    def may_be_in(self, zip_code: str, state: str) -> bool:
        """Whether somebody with this ZIP code can live in `state`.

        Of a ZIP code that is not listed only its digits are known: near a border, its neighbors' states are believed.
        """
        if zip_code in self.listed or zip_code in _BY_PACIFIC_ZIP:
            return state in self.states(zip_code)
        return state in assigned_states(zip_code) or state in self.nearby.get(zip_code[:3], frozenset())
