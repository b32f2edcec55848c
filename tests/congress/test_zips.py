from __future__ import annotations

from datetime import date

import pytest

from campaign.addresses import NO_MEMBER, STATES
from campaign.congress.seats import SEATS, state_of
from campaign.congress.zips import Zips, assigned_states, is_military


def test_the_table_has_33774_zip_codes_and_says_of_which_day_and_map(zips: Zips) -> None:
    assert (zips.as_of, zips.congress, len(zips.listed)) == (date(2024, 11, 12), 119, 33_774)
    assert sum(len(seats) for seats in zips.listed.values()) == 42_033


def test_7299_zip_codes_touch_several_districts_and_109_several_states(zips: Zips) -> None:
    listed = zips.listed.values()
    assert sum(len(seats) > 1 for seats in listed) == 7_299
    assert sum(len(set(map(state_of, seats))) > 1 for seats in listed) == 109


def test_93563_touches_six_districts(zips: Zips) -> None:
    assert zips.seats("93563") == ("CA-23", "CA-27", "CA-28", "CA-29", "CA-30", "CA-31")


def test_every_listed_seat_is_one_of_the_house(zips: Zips) -> None:
    listed = {seat for seats in zips.listed.values() for seat in seats}
    missing = {seat for seat in SEATS if "-S" not in seat} - listed
    assert listed <= SEATS
    assert missing == {"AS-AL", "GU-AL", "MP-AL", "VI-AL"}


def test_no_listed_zip_code_contradicts_its_first_digits(zips: Zips) -> None:
    for zip_code in zips.listed:
        assigned = assigned_states(zip_code)
        assert assigned, zip_code
        assert set(assigned) & set(zips.states(zip_code)), zip_code


def test_every_state_and_territory_has_zip_codes() -> None:
    reached = {state for n in range(100_000) for state in assigned_states(f"{n:05}")}
    assert reached == set(STATES) | set(NO_MEMBER)


@pytest.mark.parametrize(
    ("zip_code", "states"),
    [
        ("04101", ("ME",)),  # listed
        ("30165", ("AL", "GA")),  # listed in two states
        ("57638", ("ND", "SD")),  # the table says North Dakota alone, the post office is in South Dakota
        ("04112", ("ME",)),  # PO boxes
        ("20588", ("DC", "MD", "VA")),  # an agency's own
        ("00501", ("NY",)),
        ("55555", ("MN",)),
        ("73301", ("TX",)),
        ("00802", ("VI",)),
        ("96799", ("AS",)),
        ("96801", ("HI",)),
        ("96910", ("GU",)),
        ("96932", ("GU",)),
        ("96950", ("MP",)),
        ("96939", ("PW",)),
        ("96940", ("PW",)),
        ("96941", ("FM",)),
        ("96960", ("MH",)),
        ("96970", ("MH",)),
        ("96961", ()),
        ("96999", ()),
        ("00000", ()),
        ("00401", ()),
        ("34300", ()),
        ("88600", ()),
    ],
)
def test_a_zip_code_tells_its_states(zips: Zips, zip_code: str, states: tuple[str, ...]) -> None:
    assert zips.states(zip_code) == states


@pytest.mark.parametrize(
    ("zip_code", "state", "believed"),
    [
        ("04101", "ME", True),
        ("04101", "NH", False),
        ("30165", "AL", True),
        ("30165", "TN", False),
        ("57638", "SD", True),
        ("30190", "AL", True),  # not listed, and other ZIP codes that begin with 301 reach into Alabama
        ("30190", "TN", False),
        ("96910", "MP", False),
    ],
)
def test_a_state_is_believed_where_the_zip_code_can_be(zips: Zips, zip_code: str, state: str, believed: bool) -> None:
    assert zips.may_be_in(zip_code, state) is believed


@pytest.mark.parametrize(
    ("zip_code", "military"),
    [
        *[("09012", True), ("09899", True), ("34011", True), ("96201", True), ("96698", True)],
        *[("08901", False), ("09901", False), ("34101", False), ("96150", False), ("96701", False)],
    ],
)
def test_military_zip_codes_are_told_apart(zip_code: str, military: bool) -> None:
    assert is_military(zip_code) is military
