"""Renews the roster from the public files: all of it, or nothing.

Under `DATA_DIR/congress/`, every refresh that finds something makes a folder of its own, with the four files as they
came and the tables made from them; `current`, a link, then leads to it. Whoever reads the tables follows that link, and
never sees half a roster. The last folders are kept: a process may still be reading one.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from campaign.config import EASTERN
from campaign.congress import tables
from campaign.congress.build import build_roster
from campaign.congress.remote import download
from campaign.congress.roster import Roster
from campaign.congress.standing import CURRENT, newest
from campaign.congress.tables import HOME
from campaign.congress.terms import is_forming
from campaign.errors import Conflict, Malformed, Misconfigured

FILES = (
    "legislators-current.json",
    "legislators-district-offices.json",
    "committees-current.json",
    "committee-membership-current.json",
)
TABLES = {"members.json": "members", "local_offices.json": "offices", "committees.json": "memberships"}

SECONDS = 60.0
"""For each of the four files; the largest has about a megabyte and a half."""

MOST_BYTES = 20_000_000

LEAST_LEFT = 0.7
"""A table that keeps less than this part of its records was cut short on its way, whatever it looks like."""

KEPT = 3

VALIDATORS = "validators.json"


def refresh(url: str, data_dir: Path, shipped: Path, now: datetime) -> str:
    """Fetch the four public files and put the tables made from them in force. Returns one line that says what changed.

    Args:
        url: where the files are: the base of congress-legislators' JSON.
        data_dir: the campaign's own folder.
        shipped: the tables that came with the project, in force before the first refresh.
        now: the moment; its day is the roster's date, since the files are the roster of the day they are asked for.

    Raises:
        Unavailable: a file could not be had. Nothing changed.
        Malformed: the files are not what they should be, or have shrunk. Nothing changed.
        Conflict: another process is at it.
    """
    home = data_dir / HOME
    home.mkdir(parents=True, exist_ok=True)
    with _alone(home):
        old = _last_whole(data_dir, shipped)
        today = now.astimezone(EASTERN).date()
        if today < Roster.load(old).as_of:
            raise Conflict("The roster in force is of a later day than today. Is the clock right?")
        new = home / f"roster-{now:%Y%m%dT%H%M%S}-{now.microsecond:06}"
        new.mkdir()
        try:
            fetched = [_fetch(url, name, old, new) for name in FILES]
            legislators, offices, committees, memberships = (new / name for name in FILES)
            build_roster(legislators, offices, committees, memberships, new, as_of=today)
            changes = _changes(old, new, today)
        except BaseException:
            shutil.rmtree(new)
            raise
        _put_in_force(home, new)
        _tidy(home, new)
    if not any(fetched):
        return f"The roster is unchanged as of {today}."
    return f"The roster is as of {today}: {changes}."


def renewed_at(data_dir: Path) -> datetime | None:
    """When the last refresh put its tables in force; None if there was none."""
    link = data_dir / HOME / CURRENT
    return datetime.fromtimestamp(link.lstat().st_mtime, UTC) if link.is_symlink() else None


def _last_whole(data_dir: Path, shipped: Path) -> Path:
    """The folder in force; or, where a power cut has emptied files in it, the one that came with the project."""
    try:
        folder = newest(data_dir, shipped)
        Roster.load(folder)
        for file in [*FILES, VALIDATORS]:
            if (folder / file).exists():
                json.loads((folder / file).read_text(encoding="utf-8"))
    except (Misconfigured, OSError, ValueError):
        return shipped
    return folder


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("The roster is being renewed by another process.") from None
        yield


def _fetch(url: str, name: str, old: Path, new: Path) -> bool:
    """One file into the new folder; says whether it differs from the one in the old."""
    known = _read(old / VALIDATORS).get(name, {}) if (old / name).exists() else {}
    got = download(f"{url.rstrip('/')}/{name}", known, seconds=SECONDS, most=MOST_BYTES)
    if got is None:
        shutil.copyfile(old / name, new / name)
        validators = known
    else:
        (new / name).write_bytes(got[0])
        validators = got[1]
    (new / VALIDATORS).write_text(json.dumps({**_read(new / VALIDATORS), name: validators}))
    return got is not None


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _changes(old: Path, new: Path, today: date) -> str:
    """What the new tables have that the old ones do not.

    Raises:
        Malformed: they have shrunk beyond belief.
    """
    sizes = []
    for name, records in TABLES.items():
        before, after = (len(tables.read(folder / name)[records]) for folder in (old, new))
        may_shrink = name == "committees.json" and is_forming(today)
        if after < before * LEAST_LEFT and not may_shrink:
            raise Malformed(
                "%(table)s has shrunk from %(before)s to %(after)s records; it was cut short on its way.",
                table=name,
                before=before,
                after=after,
            )
        if before != after:
            sizes.append(f"{records} {before:,} → {after:,}")
    was, is_now = (tables.read(folder / "members.json")["members"] for folder in (old, new))
    turned = {}
    for seat in sorted({*was, *is_now}):
        before, after = (members.get(seat, {"bioguide": "", "name": "vacant"}) for members in (was, is_now))
        if before["bioguide"] != after["bioguide"]:
            turned[seat] = f"{seat} {before['name']} → {after['name']}"
    changed = sum(was[seat] != is_now[seat] for seat in was.keys() & is_now.keys() if seat not in turned)
    details = [f"details of {changed} members"] if changed else []
    return "; ".join([*(turned.values() or ["the same members"]), *details, *sizes])


def _put_in_force(home: Path, new: Path) -> None:
    for file in new.iterdir():  # before anything leads there: a power cut must not leave empty files in force
        with file.open("rb") as written:
            os.fsync(written.fileno())
    fresh = home / "next"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(new.name)
    fresh.replace(home / CURRENT)


def _tidy(home: Path, new: Path) -> None:
    others = sorted(folder for folder in home.glob("roster-*") if folder != new)
    for folder in others[: 1 - KEPT]:
        shutil.rmtree(folder)
