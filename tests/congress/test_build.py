from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from campaign.congress.build import COMMITTEES, TABLES, build, saved_on
from campaign.congress.roster import Roster
from campaign.congress.zips import Zips
from campaign.errors import Malformed
from tests.congress.sources import Sources, public_files

DAY, ZIPS_DAY = date(2026, 6, 15), date(2024, 11, 12)
FILES = ("legislators.json", "offices.json", "committees.json", "memberships.json", "zips.csv")


@pytest.fixture
def sources() -> Sources:
    """The public files, to be changed."""
    return public_files()


@pytest.fixture
def run(tmp_path: Path, sources: Sources) -> Callable[[], Path]:
    """Writes the sources to files and builds the tables from them; gives the tables' folder."""

    def build_tables() -> Path:
        for name, content in sources.items():
            if isinstance(content, str):
                text = content
            elif name.endswith("csv"):
                rows = [("state_fips", "state_abbr", "zcta", "cd"), *content]
                text = "".join(",".join(map(str, row)) + "\n" for row in rows)
            else:
                text = json.dumps(content)
            (tmp_path / name).write_text(text, encoding="utf-8")
        build(*(tmp_path / name for name in FILES), tmp_path / "out", as_of=DAY, zips_as_of=ZIPS_DAY)
        return tmp_path / "out"

    return build_tables


def member(folder: Path, seat: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "members.json").read_text())["members"][seat]
    return found


def test_the_tables_can_be_read_back(run: Callable[[], Path]) -> None:
    folder = run()
    roster, zips = Roster.load(folder), Zips.load(folder / "zips-119.json")
    assert (roster.as_of, zips.as_of, zips.congress) == (DAY, ZIPS_DAY, 119)
    assert not any(office.vacant for office in roster.offices.values())
    office = roster.office("AL-01", DAY)
    assert [local.lines for local in office.local_offices] == [
        ("2 Main St, 2nd Floor", "Town, AL"),
        ("City Hall", "1 Main St, Suite 350", "Town, AL 35004"),
    ]
    assert [local.takes_mail for local in office.local_offices] == [False, True]
    assert [local.phone for local in roster.office("AL-02", DAY).local_offices] == [None]
    assert [(place.code, place.subcommittee, place.role) for place in roster.office("AL-02", DAY).committees] == [
        ("HSJU01", "Part 01", "Chair")
    ]
    assert [place.code for place in office.committees] == [code for code in COMMITTEES if code != "HSJU01"]
    assert zips.listed == {"35004": ["AL-03"], "35005": ["AL-06", "AL-07"], "82001": ["WY-AL"]}


@pytest.mark.parametrize("street", ["Town", "Town, AL 35004"])
def test_a_street_that_only_repeats_the_town_takes_no_mail(
    run: Callable[[], Path], sources: Sources, street: str
) -> None:
    sources["offices.json"][1]["offices"][0] |= {"address": street, "suite": "", "building": ""}
    (_other, local) = Roster.load(run()).office("AL-01", DAY).local_offices
    assert (local.lines, local.takes_mail) == (("Town, AL 35004",), False)


def test_the_same_sources_make_the_same_bytes_in_any_order(run: Callable[[], Path], sources: Sources) -> None:
    before = {path.name: path.read_bytes() for path in run().iterdir()}
    for name in ("legislators.json", "offices.json", "committees.json", "zips.csv"):
        sources[name].reverse()
    after = {path.name: path.read_bytes() for path in run().iterdir()}
    assert before == after
    assert set(after) == {"members.json", "local_offices.json", "committees.json", "zips-119.json"}


@pytest.mark.parametrize("folder", ["built", "shipped"])
def test_every_table_names_its_source_licence_and_day_and_has_one_record_a_line(
    run: Callable[[], Path], folder: str
) -> None:
    paths = sorted((run() if folder == "built" else TABLES).glob("*.json"))
    assert len(paths) == 4
    for path in paths:
        table = json.loads(path.read_text())
        assert table["source"]
        assert "public domain" in table["licence"]
        assert date.fromisoformat(table["as_of"])
        *head, _, records = table
        assert list(table)[-1] == records
        assert len(path.read_text().splitlines()) == 1 + len(head) + 1 + 1 + len(table[records]) + 2
        assert path.stat().st_size < 1_000_000


@pytest.mark.parametrize(
    "link",
    [
        *("hhttps://fine.example.gov/contact", "javascript:alert(1)", "//example.gov", "www.example.gov", ""),
        *("https://", "https://nowhere", "https://example.gov/a b", 'https://example.gov/"><script>', "https://[x"),
        *("http://example.gov/contact", "ftp://example.gov", "https://somebody@example.gov/", 7, None),
    ],
)
def test_a_link_that_is_no_web_address_is_left_out(run: Callable[[], Path], sources: Sources, link: object) -> None:
    sources["legislators.json"][0]["terms"][-1] |= {"contact_form": link, "url": "https://example.gov/"}
    kept = member(run(), "AL-01")
    assert "contact_form" not in kept
    assert kept["url"] == "https://example.gov/"


@pytest.mark.parametrize("number", ["(202) 224-0000", "2022240000", "202-224-000", "102-224-0000", "", 7, None])
def test_a_number_that_cannot_be_dialed_is_left_out(run: Callable[[], Path], sources: Sources, number: object) -> None:
    sources["legislators.json"][0]["terms"][-1]["phone"] = number
    assert "phone" not in member(run(), "AL-01")


def test_a_name_is_made_of_first_and_last_where_the_official_one_is_missing(
    run: Callable[[], Path], sources: Sources
) -> None:
    del sources["legislators.json"][0]["name"]["official_full"]
    assert member(run(), "AL-01")["name"] == "First Last-0"


def test_an_address_in_washington_is_punctuated(run: Callable[[], Path], sources: Sources) -> None:
    sources["legislators.json"][0]["terms"][-1]["address"] = "1 Hart Senate Office Building Washington DC 20510"
    assert member(run(), "AL-01")["address"] == "1 Hart Senate Office Building, Washington, DC 20510"


def test_a_member_whose_term_has_ended_is_kept(run: Callable[[], Path], sources: Sources) -> None:
    sources["legislators.json"][0]["terms"][-1]["end"] = "2026-01-03"
    roster = Roster.load(run())
    assert (roster.office("AL-01", DAY).vacant, roster.office("AL-01", DAY).confirm) == (False, True)


@pytest.mark.parametrize("chamber_slice", [slice(0, 20), slice(-8, None, 2)])
def test_vacant_seats_are_no_mistake(run: Callable[[], Path], sources: Sources, chamber_slice: slice) -> None:
    gone = sources["legislators.json"][chamber_slice]
    del sources["legislators.json"][chamber_slice]
    assert sum(office.vacant for office in Roster.load(run()).offices.values()) == len(gone)


def change(name: str, *keys: object, to: object) -> Callable[[Sources], None]:
    """Put something else at one place of a source."""

    def apply(sources: Sources) -> None:
        place = sources[name]
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = to

    return apply


def term(**fields: object) -> Callable[[Sources], None]:
    return lambda sources: sources["legislators.json"][0]["terms"][-1].update(fields)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (term(state="ZZ"), "legislators.json, X000000:"),
        (term(district=8), "legislators.json, X000000:"),
        (term(district=2), "legislators.json, X000001: holds AL-02"),
        (term(type="president"), "legislators.json, X000000:"),
        (term(type="sen", **{"class": 1}), "legislators.json, X000000:"),
        (term(end="soon"), "legislators.json, X000000:"),
        (term(end=None), "legislators.json, X000000:"),
        (change("legislators.json", 0, "terms", to=[]), "legislators.json, X000000:"),
        (change("legislators.json", 0, "name", to={}), "legislators.json, X000000:"),
        (change("legislators.json", 0, "id", to={}), "legislators.json, record 1:"),
        (change("legislators.json", 0, "id", to={"bioguide": "../x"}), "legislators.json, ../x:"),
        (
            change("legislators.json", 1, "id", to={"bioguide": "X000000"}),
            "legislators.json, X000000: stands there twice",
        ),
        (lambda sources: sources["legislators.json"].__delitem__(slice(21)), "legislators.json, house: 21 seats"),
        (lambda sources: sources["legislators.json"].__delitem__(slice(-5, None)), "legislators.json, senate: 5 seats"),
        (lambda sources: sources["legislators.json"].__delitem__(slice(-2, None)), "legislators.json, SD: has no"),
        (lambda sources: sources.update({"legislators.json": "{}"}), "legislators.json, whole file:"),
        (lambda sources: sources.update({"legislators.json": "[{"}), "legislators.json, whole file:"),
        (change("offices.json", 1, "offices", 0, "zip", to="3500"), "offices.json, b:"),
        (change("offices.json", 1, "offices", 0, "city", to=""), "offices.json, b:"),
        (change("offices.json", 1, "offices", to=None), "offices.json, X000000:"),
        (change("offices.json", 1, to={}), "offices.json, whole file:"),
        (lambda sources: sources["committees.json"].pop(0), "committees.json, HSJU:"),
        (change("committees.json", 1, to={}), "committees.json, record 2:"),
        (lambda sources: sources["memberships.json"].pop("SSJU"), "memberships.json, SSJU:"),
        (change("memberships.json", "SSJU04", to=[{}]), "memberships.json, SSJU04:"),
        (change("zips.csv", 1, to=("01", "AL", "35004", 8)), "zips.csv, line 3:"),
        (change("zips.csv", 1, to=("01", "AL", "3504", 1)), "zips.csv, line 3:"),
        (change("zips.csv", 1, to=("01", "AL", "35004", "x")), "zips.csv, line 3:"),
        (change("zips.csv", 1, to=("01", "AL")), "zips.csv, line 3:"),
        (lambda sources: sources.update({"zips.csv": []}), "zips.csv, whole file:"),
    ],
)
def test_nonsense_is_refused_by_file_and_record_and_nothing_is_written(
    run: Callable[[], Path], sources: Sources, tmp_path: Path, spoil: Callable[[Sources], None], told: str
) -> None:
    spoil(sources)
    with pytest.raises(Malformed, match=re.escape(told)):
        run()
    assert not (tmp_path / "out").exists()


def test_it_says_what_was_written(run: Callable[[], Path], tmp_path: Path) -> None:
    run()
    told = build(*(tmp_path / name for name in FILES), tmp_path / "out", as_of=DAY, zips_as_of=ZIPS_DAY)
    assert "541 members, 0 vacant seats, 3 local offices" in told
    assert "3 ZIP areas as of 2024-11-12" in told


def test_a_file_is_dated_by_when_it_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    assert saved_on(path).isoformat()[:2] == "20"
