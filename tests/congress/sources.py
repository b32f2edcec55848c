"""Files of the shape the public ones have, small where they can be. Nobody in them exists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import us

from campaign.congress.build import COMMITTEES
from campaign.congress.seats import HOUSE_SEATS, SENATE_SEATS

Sources = dict[str, Any]


def person(number: int, **term: Any) -> dict[str, Any]:
    """A placeholder who holds a seat."""
    return {
        "id": {"bioguide": f"X{number:06}"},
        "name": {"first": "First", "last": f"Last-{number}", "official_full": f"First M. Last-{number}"},
        "terms": [
            {"type": "rep", "state": "ZZ", "district": 99, "end": "2001-01-03", "party": "Former"},
            {"end": "2027-01-03", "party": "Independent", "phone": "202-224-0000", **term},
        ],
    }


def public_files() -> Sources:
    """Files of the shape the public ones have, small where they can be."""
    house = [seat for seats in HOUSE_SEATS.values() for seat in seats]
    senate = [seat for seats in SENATE_SEATS.values() for seat in seats]
    terms: list[dict[str, Any]] = [
        {"type": "rep", "state": seat[:2], "district": 0 if seat.endswith("AL") else int(seat[3:])} for seat in house
    ] + [{"type": "sen", "state": seat[:2], "class": int(seat[4])} for seat in senate]
    return {
        "legislators.json": [person(number, **term) for number, term in enumerate(terms)],
        "offices.json": [
            {"id": {"bioguide": "X000001"}, "offices": [{"id": "b", "city": "Town", "state": "AL", "phone": "none"}]},
            {
                "id": {"bioguide": "X000000"},
                "offices": [
                    {
                        **{"id": "b", "building": "City Hall", "address": "1 Main St", "suite": 350, "city": "Town"},
                        **{"state": "AL", "zip": "35004", "phone": "205-555-0100", "hours": "9-5", "fax": "x"},
                    },
                    {"id": "a", "address": "2 Main St", "suite": "2nd Floor", "city": "Town", "state": "AL"},
                ],
            },
            {"id": {"bioguide": "L000000"}, "offices": [{"id": "x", "city": "Left", "state": "AL"}]},
        ],
        "committees.json": [
            {
                "thomas_id": code,
                "name": f"Committee {code}",
                "subcommittees": [{"thomas_id": wanted[4:], "name": f"Part {wanted[4:]}"} for wanted in COMMITTEES],
            }
            for code in ("HSJU", "SSJU", "HSHM", "SSGA", "HSAP", "SSAP", "HSAG")
        ],
        "memberships.json": {
            **{code: [{"bioguide": "X000000"}, {"bioguide": "L000000"}] for code in COMMITTEES},
            "HSJU01": [{"bioguide": "X000001", "title": "Chair"}],
            "HSAG": [{"bioguide": "X000001"}],
        },
        "zips.csv": [
            ("01", "AL", "35005", 7),
            ("01", "AL", "35004", 3),
            ("01", "AL", "35005", 6),
            ("56", "WY", "82001", 0),
        ],
    }


HEADING = (
    "OID_CD120_20|GEOID_CD120_20|NAMELSAD_CD120_20|AREALAND_CD120_20|AREAWATER_CD120_20|MTFCC_CD120_20|CLASSFP_CD120_20"
    "|FUNCSTAT_CD120_20|OID_ZCTA5_20|GEOID_ZCTA5_20|NAMELSAD_ZCTA5_20|AREALAND_ZCTA5_20|AREAWATER_ZCTA5_20"
    "|MTFCC_ZCTA5_20|CLASSFP_ZCTA5_20|FUNCSTAT_ZCTA5_20|AREALAND_PART|AREAWATER_PART"
)


def line(geoid: str, zip_code: str, land: object = 1000) -> str:
    """One line of the file: what a district and a ZIP area have in common."""
    return f"2|{geoid}|District|9|0|G5200|C2|N|3|{zip_code}|ZCTA5|9|0|G6350|B5|S|{land}|0"


def relationships(folder: Path, *lines: str, heading: str = HEADING) -> Path:
    """A file as the bureau publishes it, byte order mark and all."""
    path = folder / "tab20_cd12020_zcta520_natl.txt"
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8-sig")
    return path


def geoid(seat: str) -> str:
    """The bureau's number of a House seat."""
    district = seat[3:]
    return us.states.lookup(seat[:2]).fips + ("00" if district == "AL" else district)


def national(folder: Path, areas: dict[str, list[str]]) -> Path:
    """The file of a whole country with these ZIP areas."""
    return relationships(folder, *(line(geoid(seat), zip_code) for zip_code, seats in areas.items() for seat in seats))
