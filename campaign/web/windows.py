"""Counts of what happened lately, in this process's memory: for `limits`, where no Redis is named.

The package's own storage looks through all that it remembers at every count, and never lets go of a name that has come
once. On a day when everybody comes that is all it would do.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque

from limits.storage import MovingWindowSupport, Storage


class Windows(Storage, MovingWindowSupport):
    """When each name was counted, for as long as its window lasts."""

    STORAGE_SCHEME = ("lifeline+memory",)  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._windows: dict[int, OrderedDict[str, deque[float]]] = {}
        """Seconds → the names counted within so many, who was counted longest ago first."""

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count a name, unless it has had its share. `expiry` is the window's length in seconds."""
        now = time.monotonic()
        with self._lock:
            window = self._windows.setdefault(expiry, OrderedDict())
            self._forget(window, now - expiry)
            moments = window.setdefault(key, deque())
            _drop(moments, now - expiry)
            if len(moments) + amount > limit:
                return False
            moments.extend([now] * amount)
            window.move_to_end(key)
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest count of a name was, in seconds since 1970, and how many there are."""
        now = time.monotonic()
        with self._lock:
            window = self._windows.setdefault(expiry, OrderedDict())
            moments = window[key] if key in window else deque()
            _drop(moments, now - expiry)
            return time.time() - (now - moments[0] if moments else 0.0), len(moments)

    def _forget(self, window: OrderedDict[str, deque[float]], before: float) -> None:
        while window:
            key, moments = next(iter(window.items()))
            if moments and moments[-1] > before:
                return
            del window[key]

    def clear(self, key: str) -> None:
        with self._lock:
            for window in self._windows.values():
                window.pop(key, None)

    def reset(self) -> int:
        with self._lock:
            count = sum(map(len, self._windows.values()))
            self._windows.clear()
        return count

    def check(self) -> bool:
        return True

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    # Of windows that do not move, which nobody here counts by.

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise NotImplementedError

    def get(self, key: str) -> int:
        raise NotImplementedError

    def get_expiry(self, key: str) -> float:
        raise NotImplementedError


def _drop(moments: deque[float], before: float) -> None:
    while moments and moments[0] <= before:
        moments.popleft()
