"""Tables of ZIP areas and districts from public files, and what is asked of one before it is put in force."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path

from campaign.congress import tables
from campaign.congress.seats import HOUSE_SEATS, house_seat, seat_of_geoid, state_of
from campaign.congress.tables import HOME
from campaign.congress.zips import assigned_states
from campaign.errors import Malformed

RELATIONSHIPS = "U.S. Census Bureau: relationship file of ZIP code tabulation areas and congressional districts"
TRACTS = "U.S. Census Bureau: ZIP code tabulation areas and congressional districts, joined by census tract"
LICENCE = "public domain (work of the U.S. government)"

LEAST_AREAS = 30_000
"""There are some 33,800 ZIP areas; a file with far fewer was cut short."""

MOST_STRANGE = 50
"""Some dozen areas on a border lie in the neighboring state alone, whatever their post office says."""

ISLANDS = frozenset({"AS-AL", "GU-AL", "MP-AL", "VI-AL"})
"""Places that these files may leave out; their first digits tell their ZIP codes."""

_HEADING = re.compile(r"GEOID_CD(\d{3})_20")
_ZIP = re.compile(r"\d{5}", re.ASCII)

Row = dict[str, str]

Seats = dict[str, list[str]]
"""ZIP area → the House seats it touches, in order."""


def read_csv(path: Path) -> Seats:
    """A CSV with the columns `zcta`, `state_abbr` and `cd`, as `OpenSourceActivismTech/us-zipcodes-congress` has it.

    Raises:
        Malformed: it is not what it should be; the message names the file and the line.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        return _gather(path, rows, lambda row: (row["zcta"], house_seat(row["state_abbr"], int(row["cd"]))))


def read_relationships(path: Path) -> tuple[int, Seats]:
    """The Census Bureau's relationship file `tab20_cd…_zcta520_natl.txt`: the number of its Congress, and what it says.

    Each of its lines is an area that a district and a ZIP area have in common. Where that has no land, nobody lives.

    Raises:
        Malformed: it is not what it should be; the message names the file and the line.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="|")
        try:
            heading = next((name for name in rows.fieldnames or () if _HEADING.fullmatch(name)), None)
        except ValueError:
            heading = None
        if heading is None:
            raise Malformed("%(file)s has no column like GEOID_CD119_20; it is no relationship file.", file=path.name)

        def pair(row: Row) -> tuple[str, str | None]:
            zip_code, geoid, land = row["GEOID_ZCTA5_20"], row[heading], int(row["AREALAND_PART"])
            return zip_code, seat_of_geoid(geoid) if zip_code and geoid and land > 0 else None

        return int(heading[8:11]), _gather(path, rows, pair)


def install(path: Path, data_dir: Path, as_of: date) -> str:
    """Put the Census Bureau's relationship file of a Congress in force; says in one line what it is.

    The table goes into `DATA_DIR/congress/`. A process that runs takes it over within seconds.

    Raises:
        Malformed: the file is not what it should be, or is not whole. Nothing changed.
    """
    congress, seats = read_relationships(path)
    _check(path, seats)
    home = data_dir / HOME
    home.mkdir(parents=True, exist_ok=True)
    fresh = home / f"next-zips-{congress}.json"
    write(fresh, seats, congress, as_of, RELATIONSHIPS)
    fresh.replace(home / file_name(congress))
    several = sum(len(touched) > 1 for touched in seats.values())
    return (
        f"{len(seats):,} ZIP areas and their districts in Congress {congress}, as of {as_of}; "
        f"{several:,} touch more than one"
    )


def file_name(congress: int) -> str:
    """What the table of a Congress is called."""
    return f"zips-{congress}.json"


def write(path: Path, seats: Seats, congress: int, as_of: date, source: str) -> None:
    """Write a table."""
    head = {"source": source, "licence": LICENCE, "as_of": as_of.isoformat(), "congress": congress}
    tables.write(path, head, "zips", seats)


def _check(path: Path, seats: Seats) -> None:
    """Refuse a table that is not whole.

    Raises:
        Malformed: it is not.
    """

    def refuse(what: str) -> Malformed:
        return Malformed("%(file)s: %(what)s", file=path.name, what=what)

    if len(seats) < LEAST_AREAS:
        raise refuse(f"it has {len(seats):,} ZIP areas, and there are more than {LEAST_AREAS:,}")
    touched = {seat for of_area in seats.values() for seat in of_area}
    if missing := sorted({seat for of_state in HOUSE_SEATS.values() for seat in of_state} - touched - ISLANDS):
        raise refuse(f"districts are missing, {', '.join(missing[:5])} among them")
    strange = [zip_code for zip_code, of_area in seats.items() if _is_strange(zip_code, of_area)]
    if len(strange) > MOST_STRANGE:
        raise refuse(f"{len(strange):,} ZIP areas are in a state where they cannot be, {strange[0]} among them")


def _is_strange(zip_code: str, seats: list[str]) -> bool:
    return not set(map(state_of, seats)) & set(assigned_states(zip_code))


def _gather(path: Path, rows: csv.DictReader[str], pair: Callable[[Row], tuple[str, str | None]]) -> Seats:
    """Every ZIP area and its seats; `pair` reads one row, and gives no seat where the row has none to tell."""
    seats: defaultdict[str, set[str]] = defaultdict(set)
    try:
        for row in rows:
            zip_code, seat = pair(row)
            if seat is None:
                continue
            if not _ZIP.fullmatch(zip_code):
                raise ValueError(f"{zip_code!r} is no ZIP code")
            seats[zip_code].add(seat)
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        what = f"cannot be ({type(error).__name__}: {error})"
        raise Malformed("%(file)s, line %(line)s: %(what)s", file=path.name, line=rows.line_num, what=what) from None
    if not seats:
        raise Malformed("%(file)s, whole file: is empty", file=path.name)
    return {zip_code: sorted(seats[zip_code]) for zip_code in sorted(seats)}
