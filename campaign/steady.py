"""Whether the wall clock can be trusted with what destroys: a machine that wakes up in 2100 must not forget everybody.

A clock that jumped is put right by itself within minutes on most machines. So after a jump nothing is destroyed for an
hour; if the clock says the same after that, it is the time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from campaign import clock

log = logging.getLogger(__name__)

JUMP = timedelta(minutes=10)
"""By how much a running clock may be set: more is a jump."""

AWAY = timedelta(days=2)
"""For how long nobody may have worked here before it looks like a jump, too."""

REST_SECONDS = 3600.0


class Steady:
    """The wall clock beside one that nobody sets.

    Args:
        seen: when the clock was last trusted here, as far as is known.
    """

    def __init__(
        self,
        seen: datetime | None,
        wall: Callable[[], datetime] = clock.wall,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._rest_until = 0.0
        self._was = wall(), monotonic()
        if seen is not None and self._was[0] - seen > AWAY:
            self._rest("nobody was at work for long, or the clock is wrong")

    def holds(self) -> bool:
        """Whether what destroys may run now."""
        wall, monotonic = self._wall(), self._monotonic()
        passed = timedelta(seconds=monotonic - self._was[1])
        if abs(wall - self._was[0] - passed) > JUMP:
            self._rest("the clock has jumped")
        self._was = wall, monotonic
        return monotonic >= self._rest_until

    def _rest(self, why: str) -> None:
        self._rest_until = self._monotonic() + REST_SECONDS
        log.warning("nothing is destroyed for an hour", extra={"because": why})
