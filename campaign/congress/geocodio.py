"""Geocodio: a commercial geocoder, asked when the Census Bureau's fails, if the campaign has a key.

The address and the key travel in the query string, so no URL may reach a log or an error.
Facts about it: https://www.geocod.io/docs/#congressional-districts
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from campaign.congress.points import Located, Point, town
from campaign.congress.remote import Unavailable, get_json_patiently
from campaign.congress.seats import house_seat
from campaign.congress.terms import congress_at

EXACT = frozenset({"rooftop", "point", "range_interpolation", "nearest_rooftop_match"})
"""Kinds of match that are about this address; the others are the middle of a street, a ZIP code or a town."""


@dataclass(frozen=True, slots=True)
class Geocodio:
    """Where the service is, the key to it, and how many seconds it gets."""

    url: str
    key: str = field(repr=False)
    seconds: float = 4.0
    name: Literal["geocodio"] = "geocodio"

    def find(self, street: str, city: str, state: str, zip_code: str, now: datetime) -> Located:
        """The House seats the address may be in, on the map of the Congress that sits; none where it is not found.

        As with the Census Bureau's service, a match counts only in the state and the ZIP code that were asked for, and
        only on the map of the right Congress.

        Raises:
            Unavailable: there was no answer, or not one that can be relied on.
        """
        congress = congress_at(now)
        asked = {"street": street, "city": city, "state": state, "postal_code": zip_code, "country": "US"}
        reply = get_json_patiently(
            f"{self.url.rstrip('/')}/geocode",
            {
                **{name: value for name, value in asked.items() if value},
                "fields": f"cd{congress}",
                "api_key": self.key,
            },
            seconds=self.seconds,
        )
        try:
            return _located(reply, congress, state, zip_code)
        except (AttributeError, KeyError, TypeError, ValueError):
            pass
        raise Unavailable("has another shape or map than asked for")


def _located(reply: Any, congress: int, state: str, zip_code: str) -> Located:
    """What a reply says; errors of many kinds where it is not what it should be."""
    seats: set[str] = set()
    points: set[Point | None] = set()
    for result in reply["results"]:
        place = result["address_components"]
        if place.get("state") != state or str(place.get("zip", "")).zfill(5)[:5] != zip_code:
            continue
        if result["accuracy_type"] not in EXACT:
            continue
        for district in result["fields"]["congressional_districts"]:
            if int(str(district["congress_number"]).rstrip("stndrh")) != congress:
                raise ValueError("another Congress")
            number = int(district["district_number"])
            seats.add(house_seat(state, 0 if number == 98 else number))  # 98: a delegate's
        at = result.get("location") or {}
        points.add(town(at.get("lat"), at.get("lng")))
    return Located(frozenset(seats), points.pop() if len(points) == 1 else None)
