from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.congress.points import building, miles, town

AUSTIN, HOUSTON = (30.267, -97.743), (29.760, -95.369)


@pytest.mark.parametrize(
    ("latitude", "longitude", "point"),
    [
        (30.27644199222, -97.739754035328, (30.3, -97.7)),
        ("30.2764", "-97.7397", (30.3, -97.7)),
        (13.4, 144.8, (13.4, 144.8)),
        *((None, None, None), ("x", 1, None), (91, 0, None), (0, 181, None), (float("nan"), 0, None), ([], {}, None)),
    ],
)
def test_a_point_is_told_no_closer_than_a_town(latitude: object, longitude: object, point: object) -> None:
    assert town(latitude, longitude) == point


def test_a_building_is_told_to_the_block() -> None:
    assert building(30.27644199222, -97.739754035328) == (30.276, -97.740)


def test_miles_are_miles() -> None:
    assert miles(AUSTIN, HOUSTON) == pytest.approx(146, abs=2)
    assert miles(AUSTIN, AUSTIN) == 0


points = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(points, points)
def test_a_distance_is_mutual_and_stays_on_earth(one: tuple[float, float], other: tuple[float, float]) -> None:
    assert 0 <= miles(one, other) <= 12_500
    assert miles(one, other) == pytest.approx(miles(other, one))
