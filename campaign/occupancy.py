"""Who is at work in a data directory: any number together, or one alone.

Every process that serves, works or runs a command there holds its lock shared, for as long as it has the database open;
what must not meet any of them takes it alone. The kernel gives a lock back when its process ends, however it ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from campaign.errors import Conflict

LOCK = "lock"


class Hold:
    """A lock that is held until it is released."""

    def __init__(self, data_dir: Path, how: int, sentence: str) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        # Readable by all who may enter the folder: a command that root ran first must not shut the site's user out.
        self._handle: int | None = os.open(data_dir / LOCK, os.O_RDONLY | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            raise Conflict(sentence) from None

    def release(self) -> None:
        """Give it back; nothing happens where that is done already."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Hold:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError, OSError):  # half made
            self.release()


def share(data_dir: Path) -> Hold:
    """Be at work there together with others.

    Raises:
        Conflict: somebody needs it alone.
    """
    return Hold(data_dir, fcntl.LOCK_SH, "Another command needs the data directory for itself. Try again in a moment.")


def alone(data_dir: Path) -> Hold:
    """Be the only one there.

    Raises:
        Conflict: somebody is at work there.
    """
    return Hold(
        data_dir,
        fcntl.LOCK_EX,
        "The site, its worker or another command is running in this data directory. Stop it first.",
    )
