"""The Census Bureau's geocoder: from a street address to the House seats it may be in.

The service is public and takes no key. The address travels in the query string, so no URL may reach a log or an error.
Facts about it: https://geocoding.geo.census.gov/geocoder/Geocoding_Services_API.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from campaign.congress.points import Located, Point, town
from campaign.congress.remote import Unavailable, get_json_patiently
from campaign.congress.seats import seat_of_geoid, state_of
from campaign.congress.terms import Term, Terms, congress_at


@dataclass(frozen=True, slots=True)
class Geocoder:
    """Where the service is, under which names it keeps which map, and how many seconds it gets."""

    url: str
    terms: Terms
    seconds: float = 8.0
    name: Literal["census"] = "census"

    def find(self, street: str, city: str, state: str, zip_code: str, now: datetime) -> Located:
        """The House seats the address may be in, on the map of the Congress that sits; none where it is not found.

        A match counts only in the state and the five-digit ZIP code that were asked for: the service also answers
        with streets of the same name elsewhere.

        Raises:
            Unavailable: there was no answer, or not one that can be relied on.
        """
        term = self.terms.at(now)
        if term is None or term.number != congress_at(now):
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
            found = _located(reply, term, state, zip_code)
        except (AttributeError, KeyError, TypeError, ValueError):
            found = None
        if found is None:
            raise Unavailable("has another shape, map or session than asked for")
        return found


def _located(reply: Any, term: Term, state: str, zip_code: str) -> Located:
    """What a reply says; errors of many kinds where it is not what it should be."""
    seats: set[str] = set()
    points: set[Point | None] = set()
    for match in _list(reply["result"]["addressMatches"]):
        place = match["addressComponents"]
        if place["state"] != state or str(place["zip"]).zfill(5)[:5] != zip_code:
            continue
        layers = match["geographies"]
        if not layers:
            continue  # a place in no district
        # Where a vintage lacks the layer asked for, the service answers with others, as if nothing were wrong.
        for district in _list(layers[term.layer]):
            if str(district["CDSESSN"]) != str(term.number):
                raise ValueError("another session")
            seat = seat_of_geoid(str(district["GEOID"]).zfill(4))
            if seat and state_of(seat) != state:
                raise ValueError("a district of another state")
            if seat:
                seats.add(seat)
                at = match.get("coordinates") or {}
                points.add(town(at.get("y"), at.get("x")))
    return Located(frozenset(seats), points.pop() if len(points) == 1 else None)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value
