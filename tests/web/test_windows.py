"""Counts in memory move with time, and nothing is kept longer than its window."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from limits import parse
from limits.strategies import MovingWindowRateLimiter

from campaign.web import windows
from campaign.web.windows import Windows


class Clock:
    """A clock that a test moves."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1_700_000_000 + self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(windows, "time", clock)
    return clock


def test_so_many_in_any_minute(clock: Clock) -> None:
    limiter, limit = MovingWindowRateLimiter(Windows()), parse("2/minute")
    told = []
    for seconds in (0, 30, 15, 14, 2, 29, 1):
        clock.now += seconds
        told.append((limiter.test(limit, "a"), limiter.hit(limit, "a")))
    assert [test for test, _ in told] == [hit for _, hit in told] == [True, True, False, False, True, True, False]
    assert limiter.test(limit, "b")


def test_names_that_come_no_more_are_forgotten(clock: Clock) -> None:
    storage = Windows()
    limiter, limit = MovingWindowRateLimiter(storage), parse("2/minute")
    for number in range(1000):
        clock.now += 1
        limiter.hit(limit, str(number))
        limiter.hit(limit, "always")
    assert len(storage._windows[60]) <= 62


def test_windows_of_other_lengths_do_not_keep_each_other(clock: Clock) -> None:
    storage = Windows()
    limiter = MovingWindowRateLimiter(storage)
    for number in range(100):
        clock.now += 60
        assert limiter.hit(parse("1/minute"), str(number))
        assert limiter.hit(parse("1/day"), str(number))
    assert [len(storage._windows[seconds]) for seconds in (60, 86_400)] == [1, 100]
    assert storage.reset() == 101


def test_of_many_at_once_no_more_get_through() -> None:
    limiter, limit = MovingWindowRateLimiter(Windows()), parse("50/minute")
    start = threading.Barrier(16)

    def come(_: int) -> int:
        start.wait()
        return sum(limiter.hit(limit, "a") for _ in range(20))

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(come, range(16))) == 50
