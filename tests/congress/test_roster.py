from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from campaign.congress import Congress, roster
from campaign.congress.build import COMMITTEES
from campaign.congress.offices import SWITCHBOARD, Committee, LocalOffice, nearest_first, standing_of
from campaign.congress.roster import Roster
from campaign.errors import Misconfigured, NotFound

JUNE = date(2026, 6, 15)


def test_the_table_has_537_members_and_four_vacant_seats(shipped: Congress) -> None:
    offices = shipped.roster.offices.values()
    assert sum(not office.vacant for office in offices) == 537
    assert sorted(office.seat for office in offices if office.vacant) == ["CA-14", "FL-20", "GA-13", "TX-23"]
    assert sum(len(office.local_offices) for office in offices) == 1312
    assert {office.as_of for office in offices} == {JUNE}


@pytest.mark.parametrize(
    ("on", "confirm"),
    [
        (date(2026, 11, 2), set()),
        (date(2026, 11, 3), {"FL-S3", "OH-S3"}),
        (date(2026, 11, 24), {"FL-S3", "OH-S3"}),
    ],
)
def test_a_term_that_has_ended_since_is_to_be_confirmed(shipped: Congress, on: date, confirm: set[str]) -> None:
    assert {seat for seat in shipped.roster.offices if shipped.office(seat, on).confirm} == confirm


def test_at_the_turn_of_congress_every_term_that_ends_is_to_be_confirmed(shipped: Congress) -> None:
    offices = [shipped.office(seat, date(2027, 1, 3)) for seat in shipped.roster.offices]
    assert sum(office.confirm for office in offices) == 472
    assert not any(office.confirm for office in offices if office.vacant)


def test_an_office_in_json_has_the_keys_of_the_public_interface(shipped: Congress) -> None:
    shown = shipped.office("ME-S2", JUNE).to_json()
    assert list(shown) == [
        *("seat", "chamber", "title", "name", "party", "bioguide", "phone", "url", "contact_form", "address"),
        *("local_offices", "committees", "vacant", "confirm", "as_of"),
    ]
    assert json.loads(json.dumps(shown)) == shown
    assert shown["as_of"] == "2026-06-15"
    assert shown["local_offices"][0]["lines"] == ["68 Sewall St., Room 507", "Augusta, ME 04330"]


@pytest.mark.parametrize(
    ("seat", "salutation"),
    [
        ("ME-S2", "Dear Senator Collins"),
        ("MD-S3", "Dear Senator Van Hollen"),
        ("ME-01", "Dear Representative Pingree"),
        ("DC-AL", "Dear Delegate Norton"),
        ("PR-AL", "Dear Resident Commissioner Hernández Rivera"),
        ("CA-14", None),
    ],
)
def test_a_letter_greets_its_reader_by_title_and_last_name(
    shipped: Congress, seat: str, salutation: str | None
) -> None:
    assert shipped.office(seat, JUNE).salutation == salutation


def test_a_vacant_seat_has_nobody_and_the_capitols_number(shipped: Congress) -> None:
    office = shipped.office("TX-23", JUNE)
    assert office.vacant
    assert office.name is office.bioguide is office.party is office.address is office.where_to_write is None
    assert office.phone == SWITCHBOARD


def test_a_member_without_a_number_is_reached_through_the_switchboard(shipped: Congress) -> None:
    office = shipped.office("CA-01", JUNE)
    assert (office.vacant, office.phone, office.where_to_write) == (False, SWITCHBOARD, None)


def test_one_writes_to_the_contact_form_or_else_to_the_site(shipped: Congress) -> None:
    assert shipped.office("ME-S2", JUNE).where_to_write == "https://www.collins.senate.gov/contact"
    # The source's contact form of this one begins with hhttps: and was left out of the table.
    assert shipped.office("FL-06", JUNE).where_to_write == "https://fine.house.gov"


def test_the_local_offices_come_nearest_first() -> None:
    towns = {
        "Bend": "Bend, OR 97701",
        "Portland": "Portland, OR 97204-1234",
        "Salem": "Salem, OR 97301",
        "Somewhere": "Somewhere",
    }
    offices = [LocalOffice(town, "OR", ("1 Main St", line), takes_mail=True) for town, line in towns.items()]
    assert [office.city for office in nearest_first(offices, "97205")] == ["Portland", "Salem", "Bend", "Somewhere"]
    assert [office.city for office in nearest_first(offices, "97702")] == ["Bend", "Salem", "Portland", "Somewhere"]


def test_where_the_address_is_known_the_nearest_is_nearest_on_the_ground(shipped: Congress) -> None:
    offices = shipped.office("TX-S1", JUNE).local_offices
    cities = [office.city for office in nearest_first(offices, "00000", (29.8, -95.4))]
    assert cities[0] == "Houston"
    assert nearest_first(offices, "00000", (32.8, -96.8))[0].city == "Dallas"
    nowhere = [LocalOffice("Bend", "OR", ("Bend, OR 97701",), takes_mail=True), *offices]
    assert nearest_first(nowhere, "97701", (44.1, -121.3))[-1].city == "Bend", "where it is, is not known"


def test_nearly_all_local_offices_are_on_the_map(shipped: Congress) -> None:
    local = [one for office in shipped.roster.offices.values() for one in office.local_offices]
    assert sum(one.at is not None for one in local) == 1292


def test_every_link_is_a_web_address_and_every_number_can_be_dialed(shipped: Congress) -> None:
    offices = shipped.roster.offices.values()
    links = [link for office in offices for link in (office.url, office.contact_form) if link]
    assert len(links) == 536 + 88
    assert all(link.startswith(("https://", "http://")) for link in links)
    numbers = [office.phone for office in offices] + [
        local.phone for office in offices for local in office.local_offices if local.phone
    ]
    assert len(numbers) == 541 + 1280
    assert all(len(number) == 12 and number.count("-") == 2 for number in numbers)


def test_an_office_that_takes_mail_shows_street_and_town(shipped: Congress) -> None:
    local_offices = [local for office in shipped.roster.offices.values() for local in office.local_offices]
    mailed = [local for local in local_offices if local.takes_mail]
    assert len(local_offices) - len(mailed) == 8  # seven without a street, one without a ZIP code
    assert all(len(local.lines) >= 2 for local in mailed)
    assert all(re.fullmatch(r".+, [A-Z]{2} \d{5}(-\d{4})?", local.lines[-1]) for local in mailed)
    assert all(local.city in local.lines[-1] for local in local_offices)


def test_committees_come_with_the_role(shipped: Congress) -> None:
    places = {
        (office.seat, place.code): place.role
        for office in shipped.roster.offices.values()
        for place in office.committees
    }
    assert places["CA-05", "HSJU01"] == "Chair"
    assert places["WA-07", "HSJU01"] == "Ranking Member"
    assert {code for _, code in places} == {
        *("HSJU", "HSJU01", "SSJU", "SSJU04", "HSHM", "HSHM11", "SSGA", "SSGA22", "HSAP15", "SSAP14")
    }


@pytest.mark.parametrize(
    ("role", "standing"),
    [
        *[("Chair", "chair"), ("Chairman", "chair"), ("Chairwoman", "chair")],
        *[("Ranking Member", "ranking"), ("Ranking", "ranking")],
        *[("Vice Chair", "member"), ("Ex Officio", "member"), ("Member", "member"), ("Cochairman", "member")],
    ],
)
def test_a_role_tells_who_leads_a_committee(role: str, standing: str) -> None:
    assert standing_of(role) == standing


def test_every_committee_has_one_chair_and_one_ranking_member(shipped: Congress) -> None:
    led = Counter(
        (place.code, place.standing) for office in shipped.roster.offices.values() for place in office.committees
    )
    assert {led[code, standing] for code in COMMITTEES for standing in ("chair", "ranking")} == {1}


@pytest.mark.parametrize(
    ("seat", "name", "standing"),
    [
        # He sits on the full committee, and chairs the subcommittee.
        ("CA-05", "Subcommittee on Immigration Integrity, Security, and Enforcement", "chair"),
        ("WA-07", "Subcommittee on Immigration Integrity, Security, and Enforcement", "ranking"),
        ("IA-S3", "Senate Committee on the Judiciary", "chair"),
        # On the full committee and a subcommittee, as one of many.
        ("NY-12", "House Committee on the Judiciary", "member"),
        ("ME-S1", None, None),
        ("ME-01", None, None),
        ("TX-23", None, None),
    ],
)
def test_the_weightiest_place_is_the_one_that_leads_and_then_the_full_committee(
    shipped: Congress, seat: str, name: str | None, standing: str | None
) -> None:
    place = shipped.office(seat, JUNE).weightiest
    assert (place.short_name, place.standing) == (name, standing) if place else (name, standing) == (None, None)


def test_a_subcommittee_that_is_named_for_a_department_takes_the_article() -> None:
    place = Committee(
        "SSAP14", "Senate Committee on Appropriations", "Department of Homeland Security", "Chair", "chair"
    )
    assert place.short_name == "Subcommittee on the Department of Homeland Security"


def test_a_committee_in_json_tells_role_and_standing(shipped: Congress) -> None:
    places = shipped.office("CA-05", JUNE).to_json()["committees"]
    assert {
        "code": "HSJU01",
        "name": "House Committee on the Judiciary",
        "subcommittee": "Immigration Integrity, Security, and Enforcement",
        "role": "Chair",
        "standing": "chair",
    } in places


def test_there_is_no_office_without_a_seat(shipped: Congress) -> None:
    with pytest.raises(NotFound):
        shipped.office("CA-53", JUNE)


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"as_of": '])
def test_a_table_that_cannot_be_read_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "members.json").write_text(content)
    with pytest.raises(Misconfigured, match=r"members\.json"):
        Roster.load(tmp_path)


def test_the_switchboard_is_the_capitols() -> None:
    assert roster.SWITCHBOARD == "202-224-3121"
