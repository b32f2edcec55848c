"""Files of the shape the public ones have, small where they can be. Nobody in them exists."""

from __future__ import annotations

from typing import Any

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
