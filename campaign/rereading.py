"""What stands in files, for every process, also after somebody has changed them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from campaign.errors import Misconfigured

T = TypeVar("T")

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often a process looks whether the files have changed."""


class Reread(Generic[T]):
    """What some files say, read again when they have changed. A change that cannot be read changes nothing."""

    def __init__(
        self, what: str, version: Callable[[], object], load: Callable[[], T], fallback: Callable[[], T] | None = None
    ) -> None:
        """Read the files.

        Args:
            what: what they are called in the log.
            version: tells these files from others; asked every second, so cheap.
            load: reads them; raises Misconfigured or OSError.
            fallback: where they cannot be read at the start, reads something to begin with.

        Raises:
            Misconfigured, OSError: they cannot be read, and there is no fallback.
        """
        self._what = what
        self._version = version
        self._load = load
        self._lock = threading.Lock()
        self._known = self._told()
        self._failed: object = None
        try:
            self._content = load()
        except (Misconfigured, OSError) as problem:
            if fallback is None:
                raise
            log.error("files not readable", extra={"files": what, "problem": str(problem)})
            self._failed, self._content = self._known, fallback()
        self._looked = time.monotonic()

    def current(self) -> T:
        """What they say, not older than a second, or than the last moment at which they stood still and were right."""
        if time.monotonic() - self._looked >= LOOK_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._looked = time.monotonic()
                self._lock.release()
        return self._content

    def reread(self) -> T:
        """What they say at this moment: for whoever finds that what they said before cannot be all."""
        with self._lock:
            self._look()
            self._looked = time.monotonic()
        return self._content

    def _look(self) -> None:
        version = self._told()
        if version == self._known and self._failed is None:
            return
        content, problem = self._content, None
        try:
            content = self._load()
        except (Misconfigured, OSError) as error:
            problem = error
        if self._told() != version:
            return  # somebody is still writing: what was read may be half old, half new, and is read again next time
        if problem is None:
            self._content, self._known, self._failed = content, version, None
            log.info("files read again", extra={"files": self._what})
            return
        if self._failed != version:  # once, and not at every look
            log.error("files kept as they were", extra={"files": self._what, "problem": str(problem)})
        self._failed = version

    def _told(self) -> object:
        try:
            return self._version()
        except OSError:
            return "unreadable"
