from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.addresses import STATES
from campaign.config import EASTERN
from campaign.congress import Answer, Congress, Query
from campaign.congress.seats import HOUSE_SEATS, SENATE_SEATS
from campaign.congress.terms import Terms
from campaign.errors import Malformed, NotFound
from tests.census import Census, found, match, send, send_json

NEXT_YEAR = datetime(2027, 1, 4, 9, tzinfo=EASTERN)


def summary(answer: Answer) -> tuple[Any, ...]:
    """Offices, district, candidates, needs, source and codes of notes, short enough for a table."""
    return (
        " ".join(office.seat for office in answer.offices),
        answer.district,
        " ".join(office.seat for office in answer.candidates),
        answer.needs,
        answer.source,
        " ".join(note.code for note in answer.notes),
    )


SIX = "CA-23 CA-27 CA-28 CA-29 CA-30 CA-31"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        # One district is listed: the answer.
        (Query("04101"), ("ME-S1 ME-S2 ME-01", "ME-01", "", None, "zip", "")),
        (Query("04101", state="ME"), ("ME-S1 ME-S2 ME-01", "ME-01", "", None, "zip", "")),
        # Several: candidates.
        (Query("93563"), ("CA-S1 CA-S3", None, SIX, "street", "zip", "")),
        # States with one seat, listed or not.
        (Query("82001"), ("WY-S1 WY-S2 WY-AL", "WY-AL", "", None, "zip", "")),
        (Query("82003"), ("WY-S1 WY-S2 WY-AL", "WY-AL", "", None, "state", "")),
        (Query("82001", street="200 W 24th St"), ("WY-S1 WY-S2 WY-AL", "WY-AL", "", None, "zip", "")),
        # Places without senators.
        (Query("20001"), ("DC-AL", "DC-AL", "", None, "zip", "no_senators")),
        (Query("00901"), ("PR-AL", "PR-AL", "", None, "zip", "no_senators")),
        (Query("00802"), ("VI-AL", "VI-AL", "", None, "state", "no_senators")),
        (Query("96799"), ("AS-AL", "AS-AL", "", None, "state", "no_senators")),
        (Query("96910", street="155 Hesler Pl"), ("GU-AL", "GU-AL", "", None, "state", "no_senators")),
        (Query("96950"), ("MP-AL", "MP-AL", "", None, "state", "no_senators")),
        # Places without anybody.
        (Query("96940"), ("", None, "", None, "state", "no_member")),
        (Query("96941"), ("", None, "", None, "state", "no_member")),
        (Query("96960"), ("", None, "", None, "state", "no_member")),
        # A state with several seats, a ZIP code without an area.
        (Query("04112"), ("ME-S1 ME-S2", None, "", "street", "state", "unlisted")),
        # Two states.
        (Query("30165"), ("", None, "", "state", "zip", "two_states")),
        (Query("30165", street="1 Main St"), ("", None, "", "state", "zip", "two_states")),
        (Query("30165", state="AL"), ("AL-S2 AL-S3 AL-03", "AL-03", "", None, "zip", "")),
        (Query("20588"), ("", None, "", "state", "state", "two_states")),
        (Query("20588", state="MD"), ("MD-S1 MD-S3", None, "", "street", "state", "unlisted")),
        # The table places this one in North Dakota alone; its post office is in South Dakota.
        (Query("57638"), ("", None, "", "state", "zip", "two_states")),
        (Query("57638", state="SD"), ("SD-S2 SD-S3 SD-AL", "SD-AL", "", None, "state", "")),
        # Military addresses, whatever else was typed.
        (Query("09012"), ("", None, "", "home", "zip", "military")),
        (Query("96201", "1 Main St", "Austin", "TX"), ("", None, "", "home", "zip", "military")),
        # A vacant seat.
        (Query("78840"), ("TX-S1 TX-S2 TX-23", "TX-23", "", None, "zip", "vacant")),
    ],
)
def test_the_zip_code_answers_as_far_as_it_can(
    congress: Congress, census: Census, now: datetime, query: Query, expected: tuple[Any, ...]
) -> None:
    assert summary(congress.look_up(query, now)) == expected
    assert census.asked == []


AT_HOME = Query("93563", "1 Main St", "Llano", "CA")


@pytest.mark.parametrize(
    ("query", "geoids", "expected"),
    [
        # The address settles it, whether or not the table has that district.
        (AT_HOME, ["0627"], ("CA-S1 CA-S3 CA-27", "CA-27", "", None, "census", "")),
        (AT_HOME, ["0601"], ("CA-S1 CA-S3 CA-01", "CA-01", "", None, "census", "")),
        (Query("04101", "1 Main St"), ["2302"], ("ME-S1 ME-S2 ME-02", "ME-02", "", None, "census", "")),
        (Query("04112", "1 Main St"), ["2301"], ("ME-S1 ME-S2 ME-01", "ME-01", "", None, "census", "")),
        # It narrows the choice.
        (AT_HOME, ["0627", "0623"], ("CA-S1 CA-S3", None, "CA-23 CA-27", "choice", "census", "several_matches")),
        # It is not found.
        (AT_HOME, [], ("CA-S1 CA-S3", None, SIX, "choice", "zip", "no_match")),
        (Query("04101", "1 Main St"), [], ("ME-S1 ME-S2 ME-01", "ME-01", "", None, "zip", "no_match")),
        (Query("04112", "1 Main St"), [], ("ME-S1 ME-S2", None, "ME-01 ME-02", "choice", "state", "unlisted no_match")),
    ],
)
def test_a_street_address_is_asked_of_the_census_once(
    congress: Congress, census: Census, now: datetime, query: Query, geoids: list[str], expected: tuple[Any, ...]
) -> None:
    state = query.state or "ME"
    census.reply = send_json(found(*[match(geoid, state=state, zip_code=query.zip) for geoid in geoids]))
    assert summary(congress.look_up(query, now)) == expected
    assert [(asked["street"], asked["state"], asked["zip"]) for asked in census.asked] == [
        ("1 Main St", state, query.zip)
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (AT_HOME, ("CA-S1 CA-S3", None, SIX, "choice", "zip", "geocoder_unavailable")),
        (Query("04101", "1 Main St"), ("ME-S1 ME-S2 ME-01", "ME-01", "", None, "zip", "geocoder_unavailable")),
        (
            Query("04112", "1 Main St"),
            ("ME-S1 ME-S2", None, "ME-01 ME-02", "choice", "state", "unlisted geocoder_unavailable"),
        ),
    ],
)
def test_without_the_census_the_zip_code_alone_must_do(
    congress: Congress,
    census: Census,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
    query: Query,
    expected: tuple[Any, ...],
) -> None:
    caplog.set_level(logging.DEBUG)
    census.reply = send(b"<html>Maintenance</html>", 503)
    assert summary(congress.look_up(query, now)) == expected
    (record,) = [record for record in caplog.records if record.name.startswith("campaign")]
    assert record.__dict__["reason"] == "answered 503"
    assert "Main St" not in caplog.text


def test_on_the_next_congresss_map_a_zip_code_alone_tells_no_district(congress: Congress, census: Census) -> None:
    query = Query("04101")
    assert summary(congress.look_up(query, NEXT_YEAR)) == ("ME-S1 ME-S2", None, "", "street", "state", "new_map")
    census.reply = send_json(
        found(match("2301", state="ME", zip_code="04101", layer="120th Congressional Districts", session="120"))
    )
    answer = congress.look_up(replace(query, street="1 Main St"), NEXT_YEAR)
    assert (answer.district, answer.source) == ("ME-01", "census")
    assert answer.offices[-1].confirm  # its term, as far as the table knows, is over


def test_a_zip_code_goes_on_telling_where_the_map_is_known_to_be_the_same(congress: Congress) -> None:
    next_term = congress.terms.at(NEXT_YEAR)
    assert next_term
    kept = msgspec.structs.replace(next_term, same_map=frozenset({"ME"}))
    congress = replace(congress, terms=Terms((kept,)))
    assert congress.look_up(Query("04101"), NEXT_YEAR).district == "ME-01"
    assert congress.look_up(Query("03101"), NEXT_YEAR).needs == "street"  # New Hampshire is not named
    two_years_on = NEXT_YEAR.replace(year=2029)
    assert congress.look_up(Query("04101"), two_years_on).needs == "street"  # and nothing is known of a later one
    later = msgspec.structs.replace(kept, number=121, since=kept.until, until=kept.until.replace(year=2031))
    congress = replace(congress, terms=Terms((kept, later)))
    # The Congress before it had this map as well, but the table is of the one before that.
    assert congress.look_up(Query("04101"), two_years_on).needs == "street"


def test_states_with_one_seat_are_the_same_on_every_map(congress: Congress) -> None:
    assert congress.look_up(Query("82001"), NEXT_YEAR).district == "WY-AL"


@pytest.mark.parametrize(
    ("query", "error", "field"),
    [
        (Query("04101", state="NH"), Malformed, "state"),
        (Query("30165", state="TN"), Malformed, "state"),
        (Query("96940", state="GU"), Malformed, "state"),
        (Query("00000"), NotFound, "zip"),
        (Query("99999", state="AK"), None, None),
        (Query("34300", state="FL"), NotFound, "zip"),
        (Query("96999"), NotFound, "zip"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field_to_blame(
    congress: Congress, now: datetime, query: Query, error: type[Malformed | NotFound] | None, field: str | None
) -> None:
    if error is None:
        assert congress.look_up(query, now).offices
        return
    with pytest.raises(error) as caught:
        congress.look_up(query, now)
    assert caught.value.field == field
    assert caught.value.message


def test_an_answer_in_json_has_the_keys_of_the_public_interface(congress: Congress, now: datetime) -> None:
    shown = congress.look_up(Query("78840"), now).to_json()
    assert list(shown) == ["offices", "district", "candidates", "needs", "as_of", "source", "notes"]
    assert json.loads(json.dumps(shown)) == shown
    assert shown["as_of"] == "2026-06-15"
    assert shown["offices"][2]["vacant"] is True
    (note,) = shown["notes"]
    assert note["code"] == "vacant"
    assert note["text"].startswith("The seat of Texas’s 23rd district was vacant on 2026-06-15. Your senators can be ")
    assert "House leadership" in note["text"]
    assert "202-224-3121" in note["text"]


def test_a_note_is_translated_before_its_places_are_filled(congress: Congress, now: datetime) -> None:
    german = {"Nobody represents %(place)s in the Congress of the United States.": "Niemand vertritt %(place)s."}
    answer = congress.look_up(Query("96940"), now)
    assert answer.to_json(german.__getitem__)["notes"] == [{"code": "no_member", "text": "Niemand vertritt Palau."}]


def test_a_zip_code_in_two_states_names_them(congress: Congress, now: datetime) -> None:
    answer = congress.look_up(Query("30165"), now)
    assert answer.states == ("AL", "GA")
    assert "Alabama, Georgia" in answer.notes[0].sentence()


def test_a_query_does_not_show_the_address(now: datetime) -> None:
    assert "Main" not in repr(Query("04101", "1 Main St", "Portland", "ME"))


def test_an_office_is_dated_by_the_day_in_washington(congress: Congress) -> None:
    late = datetime.fromisoformat("2026-11-03T03:00+00:00")  # the evening before, in Washington
    assert not congress.office("OH-S3", late).confirm
    assert congress.office("OH-S3", date(2026, 11, 3)).confirm
    assert congress.as_of == date(2026, 6, 15)


def test_every_listed_zip_code_leads_to_senators_or_a_question_or_a_note(shipped: Congress, now: datetime) -> None:
    needs = {None: 0, "street": 0, "state": 0}
    for zip_code in shipped.zips(now).listed:
        answer = shipped.look_up(Query(zip_code), now)
        needs[answer.needs] += 1
        assert_sound(answer)
    assert needs[None] + needs["street"] + needs["state"] == 33_774
    assert needs["state"] == 109 + 11  # listed in two states, or in one state while the post office is in another


@given(zip_code=st.from_regex(r"[0-9]{5}", fullmatch=True), state=st.sampled_from(["", *STATES]))
def test_any_five_digits_and_any_state_are_answered_or_refused(shipped: Congress, zip_code: str, state: str) -> None:
    try:
        answer = shipped.look_up(Query(zip_code, state=state), datetime(2026, 11, 24, 12, tzinfo=EASTERN))
    except (Malformed, NotFound):
        return
    assert_sound(answer)
    if state and answer.needs != "home":
        assert answer.states == (state,)


def assert_sound(answer: Answer) -> None:
    """What must hold for every answer."""
    seats = [office.seat for office in answer.offices]
    if not seats:
        assert answer.needs in ("state", "home") or [note.code for note in answer.notes] == ["no_member"]
        assert not answer.candidates
        assert not answer.district
        return
    (state,) = answer.states
    senators = list(SENATE_SEATS.get(state, ()))
    assert seats == [*senators, answer.district] if answer.district else seats == senators
    assert bool(answer.district) == (answer.needs is None)
    possible = {office.seat for office in answer.candidates} | ({answer.district} if answer.district else set())
    assert possible <= set(HOUSE_SEATS[state])


def test_a_congress_held_still_does_not_see_a_roster_that_is_renewed_meanwhile(shipped: Congress) -> None:
    rosters = [shipped.roster, replace(shipped.roster, as_of=date(2027, 1, 4))]
    renewed = replace(shipped, current_roster=lambda: rosters.pop(0))
    held = renewed.held_still()
    assert [held.as_of, held.as_of] == [date(2026, 6, 15)] * 2
    assert renewed.as_of == date(2027, 1, 4)
