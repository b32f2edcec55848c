"""An address is checked once, and cannot be wrong afterwards."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.addresses import CITY_MAX, STATES, STREET_MAX, Address, parse_line, parse_state, parse_zip
from campaign.errors import Malformed


@pytest.mark.parametrize(
    ("text", "code"),
    [("04101", "04101"), (" 04101\n", "04101"), ("04101-1234", "04101"), ("041011234", "04101"), ("00000", "00000")],
)
def test_a_zip_code_is_its_first_five_digits(text: str, code: str) -> None:
    assert parse_zip(text) == code


@pytest.mark.parametrize(
    "text",
    ["", "4101", "041011", "04101-", "04101-12", "04101 1234", "0410l", "०४१०१", "04101\n04102", "04101;--", "٠٤١٠١"],
)
def test_what_is_no_zip_code_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse_zip(text)
    assert caught.value.field == "zip"


def test_there_are_fifty_states_the_district_and_five_territories() -> None:
    assert len(STATES) == 56
    assert {"DC", "PR", "GU", "VI", "AS", "MP"} < set(STATES)


@pytest.mark.parametrize(
    ("text", "code"),
    [("ME", "ME"), (" me ", "ME"), ("Maine", "ME"), ("new york", "NY"), ("DISTRICT OF COLUMBIA", "DC"), ("pr", "PR")],
)
def test_a_state_is_known_by_code_or_name(text: str, code: str) -> None:
    assert parse_state(text) == code


@pytest.mark.parametrize("text", ["", "XX", "Ontario", "FM", "M E", "ME'--"])
def test_what_is_no_state_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse_state(text)
    assert caught.value.field == "state"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  12  Congress\tStreet ", "12 Congress Street"),
        ("12 Congress Street\r\nApt 4", "12 Congress Street Apt 4"),
        ("12 Rue de l’Église", "12 Rue de l’Église"),
        ("۱۲ خیابان آزادی", "۱۲ خیابان آزادی"),
        ("12 Main St\u2028Apt 4", "12 Main St Apt 4"),
        ("نیم\u200cفاصله", "نیم\u200cفاصله"),  # Persian names need the zero-width non-joiner
    ],
)
def test_a_line_is_trimmed_and_folded(text: str, line: str) -> None:
    assert parse_line(text, "street", 100, "Enter it.") == line


@pytest.mark.parametrize("text", ["a\0b", "a\x1b[31mb", "a\x7fb", "a\ud800b"])
def test_a_line_with_what_cannot_be_printed_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match="cannot be printed"):
        parse_line(text, "street", 100, "Enter it.")


@pytest.mark.parametrize("text", [" \n\u00a0", "", "\u200b", "\u202e \u2066\u00ad"])
def test_an_empty_line_is_answered_in_the_callers_words(text: str) -> None:
    with pytest.raises(Malformed, match=r"^Enter your town\.$"):
        parse_line(text, "city", 60, "Enter your town.")


@given(st.text())
def test_a_parsed_line_holds_no_line_break_and_parses_to_itself(text: str) -> None:
    try:
        line = parse_line(text, "street", 100, "Enter it.")
    except Malformed:
        return
    assert len(line.splitlines()) == 1
    assert parse_line(line, "street", 100, "Enter it.") == line
    line.encode()  # it can be written down


def test_an_address_has_two_lines() -> None:
    address = Address.parse(" 12 Congress  Street", "Portland", "maine", "04101-1234")
    assert address == Address("12 Congress Street", "Portland", "ME", "04101")
    assert address.lines == ("12 Congress Street", "Portland, ME 04101")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("street", " "),
        ("street", "x" * (STREET_MAX + 1)),
        ("city", ""),
        ("city", "x" * (CITY_MAX + 1)),
        ("state", "Bavaria"),
        ("zip_code", "80331 München"),
    ],
)
def test_the_line_that_is_wrong_is_named(field: str, value: str) -> None:
    good = {"street": "12 Congress Street", "city": "Portland", "state": "ME", "zip_code": "04101"}
    Address.parse(**good)
    with pytest.raises(Malformed) as caught:
        Address.parse(**good | {field: value})
    assert caught.value.field == field.removesuffix("_code")


def test_the_longest_lines_are_accepted() -> None:
    address = Address.parse("x" * STREET_MAX, "y" * CITY_MAX, "ME", "04101")
    assert (len(address.street), len(address.city)) == (STREET_MAX, CITY_MAX)


def test_an_address_shows_no_more_than_its_state_when_printed() -> None:
    address = Address.parse("12 Congress Street", "Portland", "ME", "04101")
    assert f"{address} {address!r} {[address]}" == "Address(ME) Address(ME) [Address(ME)]"


RIGHT = {"street": "12 Congress Street", "city": "Portland", "state": "ME", "zip_code": "04101"}

anything = st.one_of(
    st.text(max_size=120),
    st.sampled_from([*RIGHT.values(), "maine", "04101-1234", "", " ", "\x00", "\ud800", "x" * 101]),
)


def wrong(typed: dict[str, str]) -> str | None:
    """The line that is wrong, if there is one."""
    try:
        Address.parse(**typed)
    except Malformed as problem:
        return {"zip": "zip_code"}.get(str(problem.field), problem.field)
    return None


@given(st.fixed_dictionaries(dict.fromkeys(RIGHT, anything)))
def test_each_wrong_line_is_named_until_none_is_left(typed: dict[str, str]) -> None:
    named = []
    while field := wrong(typed):
        named.append(field)
        typed[field] = RIGHT[field]
    assert len(named) == len(set(named)), "a line that was mended is not named again"
    address = Address.parse(**typed)
    assert address.state in STATES
    assert re.fullmatch("[0-9]{5}", address.zip)
    assert [len(line.splitlines()) for line in address.lines] == [1, 1]
    assert Address.parse(address.street, address.city, address.state, address.zip) == address
