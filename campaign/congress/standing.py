"""The tables in force, for every process, also after another one has renewed them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from campaign.congress import tables, zips
from campaign.congress.roster import Roster
from campaign.congress.tables import HOME
from campaign.congress.zips import Zips
from campaign.errors import Misconfigured

T = TypeVar("T")

log = logging.getLogger(__name__)

CURRENT = "current"
"""The link in `DATA_DIR/congress/` that leads to the tables of the last good refresh."""

LOOK_SECONDS = 5.0
"""How often a process looks whether there are other tables."""


def newest(data_dir: Path, shipped: Path) -> Path:
    """The folder with the newest roster: of the last good refresh, or what came with the project."""
    link = data_dir / HOME / CURRENT
    if not link.exists():
        return shipped
    folder = link.resolve()
    # A new release of the project may bring a newer roster than the last refresh did.
    return max(folder, shipped, key=lambda place: str(tables.read(place / "members.json")["as_of"]))


class Standing(Generic[T]):
    """What some tables say, read again when there are others. Others that cannot be read change nothing."""

    def __init__(
        self, what: str, version: Callable[[], object], load: Callable[[], T], shipped: Callable[[], T]
    ) -> None:
        """Read the tables.

        Args:
            what: what they are called in the log.
            version: tells these tables from others; asked every few seconds, so cheap.
            load: reads the newest tables; raises Misconfigured.
            shipped: reads those that came with the project, where the newest cannot be read at the start.
        """
        self._what = what
        self._version = version
        self._load = load
        self._lock = threading.Lock()
        self._known: object = None
        self._failed: object = None
        try:
            self._known = version()
            self._tables = load()
        except (Misconfigured, OSError) as problem:
            log.error("tables not readable", extra={"tables": what, "problem": str(problem)})
            self._failed, self._tables = self._known or "unreadable", shipped()
        self._looked = time.monotonic()

    def current(self) -> T:
        """What the tables say; a change shows within seconds."""
        if time.monotonic() - self._looked >= LOOK_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._looked = time.monotonic()
                self._lock.release()
        return self._tables

    def _look(self) -> None:
        version: object = "unreadable"
        try:
            version = self._version()
            if version == self._known and self._failed is None:
                return
            self._tables = self._load()
        except (Misconfigured, OSError) as problem:
            if self._failed != version:  # once, and not every few seconds
                log.error("tables kept as they were", extra={"tables": self._what, "problem": str(problem)})
            self._failed = version
        else:
            self._known, self._failed = version, None
            log.info("tables read again", extra={"tables": self._what})


def standing_roster(data_dir: Path, shipped: Path) -> Standing[Roster]:
    """The roster in force."""

    def version() -> str:
        link = data_dir / HOME / CURRENT
        return str(link.readlink()) if link.is_symlink() else ""

    return Standing(
        "roster", version, lambda: Roster.load(newest(data_dir, shipped)), shipped=lambda: Roster.load(shipped)
    )


def standing_zips(data_dir: Path, shipped: Path) -> Standing[dict[int, Zips]]:
    """The tables of ZIP areas in force, by Congress."""

    def version() -> list[tuple[str, int]]:
        return sorted((file.name, file.stat().st_mtime_ns) for file in (data_dir / HOME).glob(zips.FILES))

    return Standing(
        "zips", version, lambda: zips.load_all(shipped, data_dir / HOME), shipped=lambda: zips.load_all(shipped)
    )
