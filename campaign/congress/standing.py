"""The roster that is in force, for every process, also after another one has renewed it."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from campaign.congress import tables
from campaign.congress.roster import Roster
from campaign.errors import Misconfigured

log = logging.getLogger(__name__)

CURRENT = "current"
"""The link in `DATA_DIR/congress/` that leads to the tables of the last good refresh."""

LOOK_SECONDS = 5.0
"""How often a process looks whether the link leads elsewhere."""


def newest(data_dir: Path, shipped: Path) -> Path:
    """The folder with the newest tables: of the last good refresh, or what came with the project."""
    link = data_dir / "congress" / CURRENT
    if not link.exists():
        return shipped
    folder = link.resolve()
    # A new release of the project may bring a newer roster than the last refresh did.
    return max(shipped, folder, key=lambda place: str(tables.read(place, "members.json")["as_of"]))


class StandingRoster:
    """The roster in force. A new one that cannot be read changes nothing: the last good one stays."""

    def __init__(self, data_dir: Path, shipped: Path) -> None:
        self._data_dir = data_dir
        self._shipped = shipped
        self._lock = threading.Lock()
        self._link = self._target()
        try:
            self._roster = Roster.load(newest(data_dir, shipped))
        except Misconfigured as problem:
            log.error("roster of the last refresh not readable", extra={"problem": problem.message})
            self._roster = Roster.load(shipped)
        self._looked = time.monotonic()

    def current(self) -> Roster:
        """The roster, not older than a few seconds."""
        if time.monotonic() - self._looked >= LOOK_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._looked = time.monotonic()
                self._lock.release()
        return self._roster

    def _look(self) -> None:
        link = self._target()
        if link == self._link:
            return
        self._link = link
        try:
            self._roster = Roster.load(newest(self._data_dir, self._shipped))
        except Misconfigured as problem:
            log.error("roster kept as it was", extra={"problem": problem.message})
        else:
            log.info("roster read again", extra={"as_of": self._roster.as_of.isoformat()})

    def _target(self) -> str:
        link = self._data_dir / "congress" / CURRENT
        return str(link.readlink()) if link.is_symlink() else ""
