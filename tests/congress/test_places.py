"""The right office for real places all over the country, before and after the turn of Congress."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import us

from campaign.addresses import STATES
from campaign.config import EASTERN
from campaign.congress import Congress, Office, Query
from campaign.congress.seats import HOUSE_SEATS, TERRITORIES
from campaign.errors import NotFound
from tests.census import Census, found, match, send, send_json

TODAY = datetime(2026, 11, 24, 12, tzinfo=EASTERN)
NOON = datetime(2027, 1, 3, 12, tzinfo=EASTERN)
BEFORE = NOON - timedelta(seconds=1)

SENATORS = """
AK Sullivan, Murkowski; AL Tuberville, Britt; AR Cotton, Boozman; AZ Gallego, Kelly; CA Schiff, Padilla;
CO Hickenlooper, Bennet; CT Murphy, Blumenthal; DE Blunt Rochester, Coons; FL Scott, Moody; GA Ossoff, Warnock;
HI Hirono, Schatz; IA Ernst, Grassley; ID Risch, Crapo; IL Durbin, Duckworth; IN Banks, Young; KS Marshall, Moran;
KY McConnell, Paul; LA Cassidy, Kennedy; MA Warren, Markey; MD Alsobrooks, Van Hollen; ME King, Collins;
MI Slotkin, Peters; MN Klobuchar, Smith; MO Hawley, Schmitt; MS Wicker, Hyde-Smith; MT Sheehy, Daines;
NC Tillis, Budd; ND Cramer, Hoeven; NE Fischer, Ricketts; NH Shaheen, Hassan; NJ Kim, Booker; NM Heinrich, Luján;
NV Rosen, Cortez Masto; NY Gillibrand, Schumer; OH Moreno, Husted; OK Armstrong, Lankford; OR Merkley, Wyden;
PA McCormick, Fetterman; RI Whitehouse, Reed; SC Graham, Scott; SD Rounds, Thune; TN Blackburn, Hagerty;
TX Cruz, Cornyn; UT Curtis, Lee; VA Kaine, Warner; VT Sanders, Welch; WA Cantwell, Murray; WI Baldwin, Johnson;
WV Justice, Capito; WY Barrasso, Lummis
"""
"""The senators of 2026-06-15, by class. Source: the Senate's list of senators."""

SENATORS_OF = {entry[:2]: entry[3:].split(", ") for entry in " ".join(SENATORS.split()).split("; ")}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    zip: str
    place: str
    kind: str
    rest: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.zip} {self.place}"


def _rows() -> list[Row]:
    lines = (Path(__file__).parent / "places.txt").read_text(encoding="utf-8").splitlines()
    rows = []
    for line in lines:
        if not line.startswith("#"):
            zip_code, place, told = re.fullmatch(r"(\d{5})  (.+?) {2,}(.+)", line).groups()  # type: ignore[union-attr]
            kind, *rest = told.split(" ", 1) if re.match(r"[A-Z]{2}-", told) else told.split()
            rows.append(Row(zip_code, place, kind, tuple(rest)))
    return rows


ROWS = _rows()
DISTRICTS = [row for row in ROWS if "-" in row.kind]
CHOICES = [row for row in ROWS if row.kind == "several"]


def state_of(row: Row) -> str:
    return row.kind[:2] if "-" in row.kind else row.rest[0][:2]


def last_names(offices: tuple[Office, ...]) -> list[str]:
    return [office.last_name or "vacant" for office in offices]


def test_the_table_covers_the_country() -> None:
    assert len(ROWS) >= 150
    reached = {state_of(row) for row in ROWS if row.kind in ("several", "unlisted") or "-" in row.kind}
    assert reached == set(STATES)
    kinds = Counter(row.kind for row in ROWS if "-" not in row.kind)
    assert {kind for kind, count in kinds.items() if count >= 4} >= {
        "several",
        "unlisted",
        "state",
        "home",
        "nobody",
        "none",
    }
    assert sum(row.rest == ("vacant",) for row in DISTRICTS) >= 2


@pytest.mark.parametrize("moment", [TODAY, BEFORE], ids=["today", "before the turn"])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_zip_code_tells_the_right_offices(shipped: Congress, row: Row, moment: datetime) -> None:
    if row.kind == "none":
        with pytest.raises(NotFound):
            shipped.look_up(Query(row.zip), moment)
        return
    answer = shipped.look_up(Query(row.zip), moment)
    told = [note.code for note in answer.notes]
    if row.kind in ("state", "home", "nobody"):
        assert (answer.offices, answer.candidates, answer.district) == ((), (), None)
        needs = {"state": "state", "home": "home", "nobody": None}[row.kind]
        codes = {"state": "two_states", "home": "military", "nobody": "no_member"}
        assert (answer.needs, told) == (needs, [codes[row.kind]])
        assert answer.states == (() if row.kind == "home" else row.rest)
        return
    senators = SENATORS_OF.get(state_of(row), [])
    if "-" in row.kind:
        assert (answer.district, answer.needs, answer.candidates) == (row.kind, None, ())
        assert last_names(answer.offices) == [*senators, *row.rest]
        assert ("vacant" in told) == (row.rest == ("vacant",))
        assert ("no_senators" in told) == (state_of(row) in TERRITORIES)
        return
    assert (answer.district, answer.needs, last_names(answer.offices)) == (None, "street", senators)
    assert [office.seat for office in answer.candidates] == (list(row.rest) if row.kind == "several" else [])
    assert told == (["unlisted"] if row.kind == "unlisted" else [])


@pytest.mark.parametrize("row", [row for row in ROWS if row.kind != "none"], ids=str)
def test_after_the_turn_no_district_is_certain_that_may_have_changed(shipped: Congress, row: Row) -> None:
    before, after = (shipped.look_up(Query(row.zip), moment) for moment in (BEFORE, NOON))
    assert last_names(after.offices)[:2] == last_names(before.offices)[:2]
    if not before.offices or len(HOUSE_SEATS[state_of(row)]) == 1:
        assert (after.district, after.needs, after.states) == (before.district, before.needs, before.states)
    else:
        assert (after.district, after.needs, after.candidates) == (None, "street", ())
        assert [note.code for note in after.notes if note.code != "vacant"] == ["new_map"]
    # Whoever's term ends that day is still shown, and to be confirmed: the roster is the old Congress's.
    ended = [office for office in after.offices if office.chamber == "house" and not office.vacant]
    assert all(office.confirm for office in ended)


@pytest.mark.parametrize("row", CHOICES, ids=str)
def test_a_street_address_settles_a_choice_on_either_side_of_the_turn(
    congress: Congress, census: Census, row: Row
) -> None:
    state, seat = state_of(row), row.rest[-1]
    geoid = us.states.lookup(state).fips + seat[3:]
    for moment, number in ((BEFORE, 119), (NOON, 120)):
        layer = f"{number}th Congressional Districts"
        census.reply = send_json(found(match(geoid, state=state, zip_code=row.zip, layer=layer, session=number)))
        answer = congress.look_up(Query(row.zip, "1 Main St", row.place, state), moment)
        assert (answer.district, answer.source, answer.offices[-1].seat) == (seat, "census", seat)
    assert [asked["layers"][:5] for asked in census.asked] == ["119th", "120th"]


@pytest.mark.parametrize("row", CHOICES, ids=str)
def test_without_the_census_the_choice_remains(congress: Congress, census: Census, row: Row) -> None:
    census.reply = send(b"<html>down</html>", 503)
    answer = congress.look_up(Query(row.zip, "1 Main St", row.place, state_of(row)), TODAY)
    assert ([office.seat for office in answer.candidates], answer.needs) == (list(row.rest), "choice")
    assert last_names(answer.offices) == SENATORS_OF[state_of(row)]


@pytest.mark.parametrize(("zip_code", "seat", "name"), [("44113", "OH-S3", "Husted"), ("33130", "FL-S3", "Moody")])
def test_a_senator_up_for_a_special_election_stays_and_is_to_be_confirmed(
    congress: Congress, zip_code: str, seat: str, name: str
) -> None:
    election = datetime(2026, 11, 3, tzinfo=EASTERN)
    for moment, confirm in ((election - timedelta(seconds=1), False), (election, True), (TODAY, True)):
        (office,) = [office for office in congress.look_up(Query(zip_code), moment).offices if office.seat == seat]
        assert (office.last_name, office.vacant, office.confirm) == (name, False, confirm)
