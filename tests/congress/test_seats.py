from __future__ import annotations

import pytest

from campaign.congress import Congress, seats


def test_there_are_435_seats_for_the_states_6_for_the_territories_and_100_senators() -> None:
    assert sum(seats.DISTRICTS.values()) == 435
    assert sum(map(len, seats.HOUSE_SEATS.values())) == 435 + 6
    assert sum(map(len, seats.SENATE_SEATS.values())) == 100
    assert len(seats.SEATS) == 541


@pytest.mark.parametrize(("senate_class", "states"), [(1, 33), (2, 33), (3, 34)])
def test_the_senates_classes_have_33_33_and_34_states(senate_class: int, states: int) -> None:
    assert sum(senate_class in classes for classes in seats.SENATE_CLASSES.values()) == states


@pytest.mark.parametrize(
    ("seat", "state", "chamber", "title", "district"),
    [
        ("CA-12", "CA", "house", "Representative", "California’s 12th district"),
        ("CA-01", "CA", "house", "Representative", "California’s 1st district"),
        ("TX-22", "TX", "house", "Representative", "Texas’s 22nd district"),
        ("TX-33", "TX", "house", "Representative", "Texas’s 33rd district"),
        ("NY-11", "NY", "house", "Representative", "New York’s 11th district"),
        ("WY-AL", "WY", "house", "Representative", "Wyoming (at large)"),
        ("DC-AL", "DC", "house", "Delegate", "the District of Columbia (at large)"),
        ("GU-AL", "GU", "house", "Delegate", "Guam (at large)"),
        ("PR-AL", "PR", "house", "Resident Commissioner", "Puerto Rico (at large)"),
        ("ME-S2", "ME", "senate", "Senator", "Maine"),
    ],
)
def test_a_seat_tells_its_state_chamber_title_and_whom_it_represents(
    seat: str, state: str, chamber: str, title: str, district: str
) -> None:
    assert seat in seats.SEATS
    assert (seats.state_of(seat), seats.chamber_of(seat)) == (state, chamber)
    assert (seats.title_of(seat), seats.district_name(seat)) == (title, district)


@pytest.mark.parametrize(("state", "district"), [("CA", 0), ("CA", 53), ("WY", 1), ("GU", 1), ("ZZ", 0), ("ME", -1)])
def test_a_seat_that_does_not_exist_cannot_be_named(state: str, district: int) -> None:
    with pytest.raises(ValueError, match="no seat"):
        seats.house_seat(state, district)


def test_every_member_of_the_table_holds_a_seat_of_the_list(shipped: Congress) -> None:
    assert set(shipped.roster.offices) == seats.SEATS
