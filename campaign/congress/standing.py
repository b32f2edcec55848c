"""The tables in force, for every process, also after another one has renewed them."""

from __future__ import annotations

from pathlib import Path

from campaign.congress import tables, zips
from campaign.congress.roster import Roster
from campaign.congress.tables import HOME
from campaign.congress.zips import Zips
from campaign.rereading import Reread

CURRENT = "current"
"""The link in `DATA_DIR/congress/` that leads to the tables of the last good refresh."""


def newest(data_dir: Path, shipped: Path) -> Path:
    """The folder with the newest roster: of the last good refresh, or what came with the project."""
    link = data_dir / HOME / CURRENT
    if not link.exists():
        return shipped
    folder = link.resolve()
    # A new release of the project may bring a newer roster than the last refresh did.
    return max(folder, shipped, key=lambda place: str(tables.read(place / "members.json")["as_of"]))


def standing_roster(data_dir: Path, shipped: Path) -> Reread[Roster]:
    """The roster in force."""

    def version() -> str:
        link = data_dir / HOME / CURRENT
        return str(link.readlink()) if link.is_symlink() else ""

    return Reread(
        "roster", version, lambda: Roster.load(newest(data_dir, shipped)), fallback=lambda: Roster.load(shipped)
    )


def standing_zips(data_dir: Path, shipped: Path) -> Reread[dict[int, Zips]]:
    """The tables of ZIP areas in force, by Congress."""

    def version() -> list[tuple[str, int]]:
        return sorted((file.name, file.stat().st_mtime_ns) for file in (data_dir / HOME).glob(zips.FILES))

    return Reread(
        "zips", version, lambda: zips.load_all(shipped, data_dir / HOME), fallback=lambda: zips.load_all(shipped)
    )
