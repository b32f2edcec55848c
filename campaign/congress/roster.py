"""Every seat of Congress and its office, from the tables."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from campaign.congress import tables
from campaign.congress.offices import SWITCHBOARD, Committee, LocalOffice, Office, standing_of
from campaign.congress.seats import SEATS, chamber_of, title_of
from campaign.congress.terms import is_forming, same_congress
from campaign.errors import NotFound


@dataclass(frozen=True, slots=True)
class Roster:
    """Every seat of Congress, as of one day."""

    as_of: date
    offices: dict[str, Office]

    @classmethod
    def load(cls, folder: Path) -> Roster:
        """Read the tables `members.json`, `local_offices.json` and `committees.json`.

        Raises:
            Misconfigured: one of them cannot be read.
        """
        with tables.complete(folder):
            return cls._load(folder)

    @classmethod
    def _load(cls, folder: Path) -> Roster:
        members = tables.read(folder / "members.json")
        as_of = date.fromisoformat(members["as_of"])
        local_offices = _local_offices(tables.read(folder / "local_offices.json"))
        committees = _committees(tables.read(folder / "committees.json"))
        offices = {seat: _vacant(seat, as_of) for seat in SEATS}
        for seat, member in members["members"].items():
            bioguide = member["bioguide"]
            offices[seat] = replace(
                offices[seat],
                name=member["name"],
                last_name=member["last_name"],
                party=member["party"],
                bioguide=bioguide,
                phone=member.get("phone", SWITCHBOARD),
                url=member.get("url"),
                contact_form=member.get("contact_form"),
                address=member.get("address"),
                local_offices=tuple(local_offices[bioguide]),
                committees=tuple(committees[bioguide]),
                vacant=False,
                term_end=date.fromisoformat(member["term_end"]),
            )
        return cls(as_of, offices)

    def office(self, seat: str, on: date) -> Office:
        """The office of a seat, as far as it was known on `as_of` and may be relied on at `on`.

        Raises:
            NotFound: there is no such seat.
        """
        if seat not in self.offices:
            raise NotFound("There is no such seat in Congress.")
        office = self.offices[seat]
        # Also where the roster is newer than that: it is of the day on which it was fetched, looked after or not.
        if office.term_end and office.term_end <= on:
            office = replace(office, confirm=True)
        if office.committees and (is_forming(on) or not same_congress(self.as_of, on)):
            office = replace(office, committees=())
        return office


def _vacant(seat: str, as_of: date) -> Office:
    return Office(
        seat=seat,
        chamber=chamber_of(seat),
        title=title_of(seat),
        name=None,
        party=None,
        bioguide=None,
        phone=SWITCHBOARD,
        url=None,
        contact_form=None,
        address=None,
        local_offices=(),
        committees=(),
        vacant=True,
        confirm=False,
        as_of=as_of,
    )


def _local_offices(table: dict[str, Any]) -> defaultdict[str, list[LocalOffice]]:
    by_member: defaultdict[str, list[LocalOffice]] = defaultdict(list)
    for row in table["offices"]:
        by_member[row["bioguide"]].append(
            LocalOffice(
                city=row["city"],
                state=row["state"],
                lines=tuple(row["lines"]),
                takes_mail=row["takes_mail"],
                phone=row.get("phone"),
                hours=row.get("hours"),
                at=tuple(row["at"]) if "at" in row else None,
            )
        )
    return by_member


def _committees(table: dict[str, Any]) -> defaultdict[str, list[Committee]]:
    by_member: defaultdict[str, list[Committee]] = defaultdict(list)
    for row in table["memberships"]:
        committee = table["names"][row["code"]]
        by_member[row["bioguide"]].append(
            Committee(
                code=row["code"],
                name=committee["name"],
                subcommittee=committee.get("subcommittee"),
                role=row["role"],
                standing=standing_of(row["role"]),
            )
        )
    return by_member
