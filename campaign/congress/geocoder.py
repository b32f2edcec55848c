"""The Census Bureau's geocoder: from a street address to the House seats it may be in.

The service is public and takes no key. The address travels in the query string, so no URL may reach a log or an error.
Facts about it: https://geocoding.geo.census.gov/geocoder/Geocoding_Services_API.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import us

from campaign.config import EASTERN
from campaign.congress.remote import Unavailable, get_json_patiently
from campaign.congress.seats import house_seat

__all__ = ["TERMS", "Geocoder", "Term", "Unavailable", "congress_at", "term_at"]


@dataclass(frozen=True, slots=True)
class Term:
    """A Congress, when it sits, and under which names the geocoder keeps its map."""

    congress: int
    vintage: str
    layer: str
    since: datetime
    until: datetime


TERMS = (
    Term(
        congress=119,
        vintage="ACS2025_Current",
        layer="119th Congressional Districts",
        since=datetime(2025, 1, 3, 12, tzinfo=EASTERN),
        until=datetime(2027, 1, 3, 12, tzinfo=EASTERN),
    ),
    Term(
        congress=120,
        vintage="Current_Current",
        layer="120th Congressional Districts",
        since=datetime(2027, 1, 3, 12, tzinfo=EASTERN),
        until=datetime(2029, 1, 3, 12, tzinfo=EASTERN),
    ),
)
"""Since September 2026 the current vintage answers with the map of the 120th Congress, which sits from January on."""


def congress_at(now: datetime) -> int:
    """The number of the Congress that sits: a new one at noon Eastern on January 3 of every odd year."""
    eastern = now.astimezone(EASTERN)
    year = eastern.year - (eastern.replace(tzinfo=None) < datetime(eastern.year, 1, 3, 12))  # noqa: DTZ001
    return (year - 1789) // 2 + 1


def term_at(now: datetime) -> Term | None:
    """The row of `TERMS` in force; None where none was written down."""
    return next((term for term in TERMS if term.since <= now < term.until), None)


@dataclass(frozen=True, slots=True)
class Geocoder:
    """Where the service is, and how many seconds it gets."""

    url: str
    seconds: float = 8.0
    name: Literal["census"] = "census"

    def seats(self, street: str, city: str, state: str, zip_code: str, now: datetime) -> frozenset[str]:
        """The House seats the address may be in, on the map of the Congress that sits; none where it is not found.

        A match counts only in the state and the five-digit ZIP code that were asked for: the service also answers
        with streets of the same name elsewhere.

        Raises:
            Unavailable: there was no answer, or not one that can be relied on.
        """
        term = term_at(now)
        if term is None:
            raise Unavailable("has no map of this Congress", of_service=False)
        asked = {"street": street, "city": city, "state": state, "zip": zip_code}
        options = {
            "benchmark": "Public_AR_Current",
            "vintage": term.vintage,
            "layers": term.layer,
            "format": "json",
        }
        reply = get_json_patiently(
            f"{self.url.rstrip('/')}/geographies/address",
            {name: value for name, value in {**asked, **options}.items() if value},
            seconds=self.seconds,
        )
        try:
            seats = _seats(reply, term, state, zip_code)
        except (AttributeError, KeyError, TypeError, ValueError):
            seats = None
        if seats is None:
            raise Unavailable("has another shape, map or session than asked for")
        return seats


def _seats(reply: Any, term: Term, state: str, zip_code: str) -> frozenset[str]:
    """The seats in a reply; errors of many kinds where it is not what it should be."""
    seats = set()
    for match in _list(reply["result"]["addressMatches"]):
        place = match["addressComponents"]
        if place["state"] != state or str(place["zip"]).zfill(5)[:5] != zip_code:
            continue
        layers = match["geographies"]
        if not layers:
            continue  # a place in no district
        # Where a vintage lacks the layer asked for, the service answers with others, as if nothing were wrong.
        for district in _list(layers[term.layer]):
            if str(district["CDSESSN"]) != str(term.congress):
                raise ValueError("another session")
            seat = _seat(str(district["GEOID"]).zfill(4))
            if seat:
                seats.add(seat)
    return frozenset(seats)


def _seat(geoid: str) -> str | None:
    """The seat of a GEOID (state FIPS code and district); None for water, which no district has."""
    fips, district = geoid[:2], geoid[2:]
    if district == "ZZ":
        return None
    state = us.states.lookup(fips, field="fips")
    if state is None:
        raise ValueError("no such state")
    return house_seat(state.abbr, 0 if district == "98" else int(district))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value
