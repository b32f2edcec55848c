"""Writes the tables of facts in `data/` from public files, and refuses what cannot be.

Sources: the files of unitedstates/congress-legislators (CC0), and a CSV of ZIP areas and districts drawn from the
Census Bureau's relationship files. Neither is kept: the tables hold what this project needs of them, and nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from campaign.congress import tables, zipfiles
from campaign.congress.plausible import filled, phone, url
from campaign.congress.points import building
from campaign.congress.seats import SEATS, SENATE_SEATS, chamber_of, house_seat, senate_seat
from campaign.congress.tables import TABLES as TABLES
from campaign.congress.terms import is_forming
from campaign.errors import Malformed

ROSTER_SOURCE = {"source": "https://github.com/unitedstates/congress-legislators", "licence": "CC0-1.0 (public domain)"}
COMMITTEES = ("HSJU", "HSJU01", "SSJU", "SSJU04", "HSHM", "HSHM11", "SSGA", "SSGA22", "HSAP15", "SSAP14")
"""Those with a say in parole: Judiciary, Homeland Security and its appropriators, in both chambers."""

MOST_VACANT = {"house": 20, "senate": 4}
"""More seats without a record than this are a file cut short, and no wave of resignations."""

_BIOGUIDE = re.compile(r"[A-Z]\d{6}", re.ASCII)
_ZIP = re.compile(r"\d{5}(-\d{4})?", re.ASCII)
_CITY_OF_WASHINGTON = re.compile(r"[ ,;]+Washington,? D\.?C\.? (?=\d{5})", re.IGNORECASE)


def saved_on(path: Path) -> date:
    """The day on which a file was saved."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()


def build(
    legislators: Path,
    offices: Path,
    committees: Path,
    memberships: Path,
    zips: Path,
    out: Path,
    *,
    as_of: date,
    zips_as_of: date,
    congress: int = 119,
) -> str:
    """Write all tables into `out`, and say what was written. `congress` is the one whose districts the ZIP file has.

    Raises:
        Malformed: a file is not what it should be; the message names the file and the record. Nothing was written then.
    """
    districts = zipfiles.read_csv(zips)
    roster = build_roster(legislators, offices, committees, memberships, out, as_of=as_of)
    zipfiles.write(out / zipfiles.file_name(congress), districts, congress, zips_as_of, zipfiles.TRACTS)
    return f"{out}: {roster}; {len(districts):,} ZIP areas as of {zips_as_of}"


def build_roster(
    legislators: Path, offices: Path, committees: Path, memberships: Path, out: Path, *, as_of: date
) -> str:
    """Write `members.json`, `local_offices.json` and `committees.json` into `out`; say what was written.

    The same input makes the same bytes. A telephone number or web address that cannot be one is left out; the reader of
    the table falls back on what is there.

    Raises:
        Malformed: as `build` does.
    """
    members = _members(legislators)
    known = {member["bioguide"] for member in members.values()}
    local_offices = list(_local_offices(offices, known))
    names = _committee_names(committees)
    places = list(_memberships(memberships, names, known, may_be_empty=is_forming(as_of)))

    out.mkdir(parents=True, exist_ok=True)
    roster_head = {**ROSTER_SOURCE, "as_of": as_of.isoformat()}
    tables.write(out / "members.json", roster_head, "members", members)
    tables.write(out / "local_offices.json", roster_head, "offices", local_offices)
    tables.write(out / "committees.json", {**roster_head, "names": names}, "memberships", places)
    vacant = len(SEATS) - len(members)
    return (
        f"{len(members)} members, {vacant} vacant seats, {len(local_offices):,} local offices and "
        f"{len(places)} places on committees as of {as_of}"
    )


def _refuse(path: Path, record: object, what: str) -> Malformed:
    return Malformed("%(file)s, %(record)s: %(what)s", file=path.name, record=record, what=what)


@contextmanager
def _reading(path: Path, record: object) -> Iterator[None]:
    """Name the file and the record when something is not there, or not what it should be."""
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise _refuse(path, record, f"cannot be ({type(error).__name__}: {error})") from None


def _read(path: Path, kind: type[list[Any]] | type[dict[str, Any]]) -> Any:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _refuse(path, "whole file", f"is not JSON ({error})") from None
    if not isinstance(content, kind):
        raise _refuse(path, "whole file", f"is no JSON {'list' if kind is list else 'object'}")
    return content


def _members(path: Path) -> dict[str, dict[str, Any]]:
    """Seat → who holds it. The file is the roster: a term's end in the past does not take a member out of it."""
    members: dict[str, dict[str, Any]] = {}
    people: set[str] = set()
    for number, person in enumerate(_read(path, list), start=1):
        with _reading(path, f"record {number}"):
            bioguide = person["id"]["bioguide"]
        with _reading(path, bioguide):
            seat, member = _member(person)
        if seat in members:
            raise _refuse(path, bioguide, f"holds {seat}, and so does {members[seat]['bioguide']}")
        if bioguide in people:
            raise _refuse(path, bioguide, "stands there twice")
        people.add(bioguide)
        members[seat] = member
    for chamber, most in MOST_VACANT.items():
        vacant = sorted(seat for seat in SEATS - members.keys() if chamber_of(seat) == chamber)
        if len(vacant) > most:
            raise _refuse(path, chamber, f"{len(vacant)} seats have no member, {', '.join(vacant[:5])} among them")
    for state, seats in SENATE_SEATS.items():
        if members.keys().isdisjoint(seats):
            raise _refuse(path, state, "has no senator")
    return members


def _member(person: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    bioguide, name, term = person["id"]["bioguide"], person["name"], person["terms"][-1]
    if not _BIOGUIDE.fullmatch(bioguide):
        raise ValueError(f"{bioguide!r} is no Bioguide id")
    if term["type"] == "sen":
        seat = senate_seat(term["state"], term["class"])
    elif term["type"] == "rep":
        seat = house_seat(term["state"], term["district"])
    else:
        raise ValueError(f"{term['type']!r} is neither sen nor rep")
    last = name["last"].strip()
    full = name.get("official_full") or f"{name['first'].strip()} {last}"
    address = _CITY_OF_WASHINGTON.sub(", Washington, DC ", term.get("address", "").strip())
    member = {
        "bioguide": bioguide,
        "name": full.strip(),
        "last_name": last,
        "party": term["party"],
        "term_end": date.fromisoformat(term["end"]).isoformat(),
        "phone": phone(term.get("phone")),
        "url": url(term.get("url")),
        "contact_form": url(term.get("contact_form")),
        "address": address,
    }
    return seat, filled(member)


def _local_offices(path: Path, known: set[str]) -> Iterator[dict[str, Any]]:
    """The offices of sitting members, in the order of their members and ids."""
    with _reading(path, "whole file"):
        people = {person["id"]["bioguide"]: person["offices"] for person in _read(path, list)}
    for bioguide in sorted(known & people.keys()):
        with _reading(path, bioguide):
            offices = sorted(people[bioguide], key=lambda office: str(office["id"]))
        for office in offices:
            with _reading(path, office["id"]):
                yield {"bioguide": bioguide, **_local_office(office)}


def _local_office(office: dict[str, Any]) -> dict[str, Any]:
    def text(field: str) -> str:
        return " ".join(str(office.get(field) or "").split())

    city, state, zip_code = text("city"), office["state"], text("zip")
    if not city:
        raise ValueError("it is in no town")
    if zip_code and not _ZIP.fullmatch(zip_code):
        raise ValueError(f"{zip_code!r} is no ZIP code")
    suite = text("suite")
    if re.fullmatch(r"\d+[A-Za-z]?|[A-Za-z]", suite):
        suite = f"Suite {suite}"
    town = f"{city}, {state} {zip_code}".strip()
    address = text("address") if text("address") not in (city, town) else ""  # some repeat the town as their street
    street = ", ".join(part for part in (address, suite) if part) if address else ""
    lines = [line for line in (text("building"), street, town) if line]
    row = {"city": city, "state": state, "lines": lines, "phone": phone(office.get("phone")), "hours": text("hours")}
    at = building(office.get("latitude"), office.get("longitude"))
    return {**filled(row), **({"at": list(at)} if at else {}), "takes_mail": bool(street and zip_code)}


def _committee_names(path: Path) -> dict[str, dict[str, str]]:
    names: dict[str, dict[str, str]] = {}
    for number, committee in enumerate(_read(path, list), start=1):
        with _reading(path, f"record {number}"):
            code = committee["thomas_id"]
            names[code] = {"name": committee["name"]}
            for part in committee.get("subcommittees", []):
                names[code + part["thomas_id"]] = {"name": committee["name"], "subcommittee": part["name"]}
    for code in COMMITTEES:
        # Subcommittees come and go with each Congress; the committees themselves stay.
        if code not in names and len(code) == 4:
            raise _refuse(path, code, "is missing")
    return {code: names[code] for code in COMMITTEES if code in names}


def _memberships(path: Path, codes: Iterable[str], known: set[str], *, may_be_empty: bool) -> Iterator[dict[str, str]]:
    """Who sits on the committees of these codes, in the committees' own order."""
    by_committee = _read(path, dict)
    for code in codes:
        if not by_committee.get(code) and len(code) == 4 and not may_be_empty:
            raise _refuse(path, code, "has no members")
        with _reading(path, code):
            places = [(place["bioguide"], place.get("title") or "Member") for place in by_committee.get(code, ())]
        for bioguide, role in places:
            if bioguide in known:
                yield {"code": code, "bioguide": bioguide, "role": role}
