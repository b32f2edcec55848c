"""The Census Bureau's relationship file of a Congress becomes the table by which ZIP codes tell their districts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from campaign import rereading
from campaign.config import EASTERN
from campaign.congress import Congress, Query
from campaign.congress.seats import HOUSE_SEATS
from campaign.congress.standing import standing_zips
from campaign.congress.tables import TABLES
from campaign.congress.zipfiles import LEAST_AREAS, install, read_relationships
from campaign.congress.zips import Zips
from campaign.errors import Malformed
from tests.congress.sources import HEADING, geoid, line, national
from tests.congress.sources import relationships as write

DAY = date(2026, 12, 1)
NEXT_YEAR = datetime(2027, 1, 4, 9, tzinfo=EASTERN)


def test_a_file_tells_its_congress_and_the_districts_with_land_in_each_zip_area(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        line("4810", "78701"),
        line("4837", "78701", 5),
        line("4825", "78701", 0),  # water alone
        line("48ZZ", "78701"),  # water without a district
        line("4810", ""),  # land in no ZIP area
        line("5600", "82001"),
        line("1198", "20001"),
        line("7298", "00601"),
        line("6698", "96910"),
    )
    assert read_relationships(path) == (
        120,
        {"00601": ["PR-AL"], "20001": ["DC-AL"], "78701": ["TX-10", "TX-37"], "82001": ["WY-AL"], "96910": ["GU-AL"]},
    )


@pytest.mark.parametrize(
    ("lines", "heading", "told"),
    [
        ([line("4810", "78701")], HEADING.replace("GEOID_CD120_20", "GEOID"), "no column like GEOID_CD119_20"),
        ([line("4810", "78701")], HEADING.replace("GEOID_ZCTA5_20", "GEOID"), "line 2: cannot be"),
        ([line("4839", "78701")], HEADING, "line 2: cannot be"),
        ([line("9910", "78701")], HEADING, "line 2: cannot be"),
        ([line("481", "78701")], HEADING, "line 2: cannot be"),
        ([line("4810", "7870")], HEADING, "line 2: cannot be"),
        ([line("4810", "78701", "")], HEADING, "line 2: cannot be"),
        ([line("4810", "78701"), "2|48"], HEADING, "line 3: cannot be"),
        ([], HEADING, "is empty"),
    ],
)
def test_what_is_no_such_file_is_refused_by_name_and_line(
    tmp_path: Path, lines: list[str], heading: str, told: str
) -> None:
    with pytest.raises(Malformed) as caught:
        read_relationships(write(tmp_path, *lines, heading=heading))
    assert "tab20_cd12020_zcta520_natl.txt" in caught.value.message
    assert told in caught.value.message


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.zip"
    path.write_bytes(b"PK\x03\x04\xff\xfe\x00")
    with pytest.raises(Malformed):
        read_relationships(path)


@pytest.fixture
def whole(zips: Zips) -> dict[str, list[str]]:
    """A whole country, with the map of the 119th Congress except for 04101."""
    return {**zips.listed, "04101": ["ME-02"]}


def test_a_whole_file_is_put_in_force_and_a_running_process_takes_it_over(
    tmp_path: Path, shipped: Congress, whole: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rereading, "LOOK_SECONDS", 0.0)
    running = replace(shipped, current_zips=standing_zips(tmp_path, TABLES).current)
    assert running.look_up(Query("04101"), NEXT_YEAR).needs == "street"
    told = install(national(tmp_path, whole), tmp_path, DAY)
    assert told == ("33,774 ZIP areas and their districts in Congress 120, as of 2026-12-01; 7,299 touch more than one")
    answer = running.look_up(Query("04101"), NEXT_YEAR)
    assert (answer.district, answer.source, [note.code for note in answer.notes]) == ("ME-02", "zip", [])
    before = datetime(2027, 1, 3, 11, 59, tzinfo=EASTERN)
    assert running.look_up(Query("04101"), before).district == "ME-01", "the old map holds until noon"


@pytest.mark.parametrize("fault", ["short", "a district is missing", "the states are mixed up"])
def test_a_file_that_is_not_whole_changes_nothing(tmp_path: Path, whole: dict[str, list[str]], fault: str) -> None:
    if fault == "short":
        whole = dict(list(whole.items())[: LEAST_AREAS - 1])
    elif fault == "a district is missing":
        whole = {code: [seat for seat in seats if seat != "TX-10"] for code, seats in whole.items()}
    else:
        whole = {code[::-1]: seats for code, seats in whole.items()}
    with pytest.raises(Malformed):
        install(national(tmp_path, whole), tmp_path, DAY)
    assert not (tmp_path / "congress").exists()


def test_a_table_that_cannot_be_read_leaves_the_one_that_can(
    tmp_path: Path, zips: Zips, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rereading, "LOOK_SECONDS", 0.0)
    tables = standing_zips(tmp_path, TABLES)
    (tmp_path / "congress").mkdir()
    (tmp_path / "congress" / "zips-120.json").write_text("{")
    assert set(tables.current()) == {119}
    assert set(standing_zips(tmp_path, TABLES).current()) == {119}, "nor does it keep a process from starting"


@pytest.mark.parametrize(
    "damage", ['{"as_of": "2026-12-01"}', '{"as_of": "2026-12-01", "congress": 120, "zips": []}', None]
)
def test_damage_to_a_table_stops_nothing_and_its_repair_is_seen(
    tmp_path: Path, whole: dict[str, list[str]], damage: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rereading, "LOOK_SECONDS", 0.0)
    running = standing_zips(tmp_path, TABLES)
    table = tmp_path / "congress" / "zips-120.json"
    table.parent.mkdir()
    if damage is None:
        table.symlink_to("nowhere")
    else:
        table.write_text(damage)
    assert set(running.current()) == {119}
    assert set(standing_zips(tmp_path, TABLES).current()) == {119}
    table.unlink()
    install(national(tmp_path, whole), tmp_path, DAY)
    assert set(running.current()) == {119, 120}
    install(national(tmp_path, {**whole, "04101": ["ME-01"]}), tmp_path, DAY)
    assert running.current()[120].listed["04101"] == ["ME-01"]


@pytest.mark.parametrize(("year", "congress"), [(2024, 119), (2026, 119), (2028, 120), (2030, 120)])
def test_the_table_is_the_sitting_congresss_or_the_one_before(
    tmp_path: Path, shipped: Congress, whole: dict[str, list[str]], year: int, congress: int
) -> None:
    install(national(tmp_path, whole), tmp_path, DAY)
    running = replace(shipped, current_zips=standing_zips(tmp_path, TABLES).current)
    assert running.zips(datetime(year, 6, 1, tzinfo=EASTERN)).congress == congress


def test_every_seat_has_a_number_of_the_bureaus() -> None:
    assert len({geoid(seat) for seats in HOUSE_SEATS.values() for seat in seats}) == 441
