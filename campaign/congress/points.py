"""Where things are on the map, as coarsely as it takes to say which office is nearest."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

Point = tuple[float, float]
"""Latitude and longitude, in degrees."""


class Located(NamedTuple):
    """What a geocoder knows of an address."""

    seats: frozenset[str]
    """The House seats it may be in."""
    point: Point | None = None
    """Where it is, as coarsely as a town: no house can be told from it."""


def town(latitude: Any, longitude: Any) -> Point | None:
    """A point rounded to a tenth of a degree, some seven miles; None where there is no such point on earth."""
    point = building(latitude, longitude)
    return point and (round(point[0], 1), round(point[1], 1))


def building(latitude: Any, longitude: Any) -> Point | None:
    """A point rounded to a thousandth of a degree, for what is public; None where there is no such point on earth."""
    try:
        point = float(latitude), float(longitude)
    except (TypeError, ValueError):
        return None
    if not (-90 <= point[0] <= 90 and -180 <= point[1] <= 180):  # NaN neither
        return None
    return round(point[0], 3), round(point[1], 3)


def miles(one: Point, other: Point) -> float:
    """The distance between two points, over the ground."""
    (a, b), (c, d) = (map(math.radians, point) for point in (one, other))
    chord = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * 3959 * math.asin(math.sqrt(min(1.0, chord)))
