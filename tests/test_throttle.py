"""Guessing becomes ever slower, and nobody is locked out for good."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from campaign import throttle
from campaign.database import Database
from campaign.throttle import FIRST_WAIT, FORGOTTEN, FREE, LONGEST_WAIT


def attempt(database: Database, moment: datetime, key: str = "k") -> bool:
    return database.write(lambda session: throttle.attempt(session, key, now=moment))


def test_some_failures_are_free_and_then_the_wait_doubles_up_to_a_limit(database: Database, now: datetime) -> None:
    assert [attempt(database, now) for _ in range(FREE)] == [True] * FREE
    wait = FIRST_WAIT
    for _ in range(12):
        assert not attempt(database, now)
        assert not attempt(database, now + wait - timedelta(microseconds=1))
        now += wait
        assert attempt(database, now), wait
        wait = min(2 * wait, LONGEST_WAIT)
    assert wait == LONGEST_WAIT


def test_what_is_refused_makes_the_wait_no_longer(database: Database, now: datetime) -> None:
    for _ in range(FREE + 50):
        attempt(database, now)
    assert attempt(database, now + FIRST_WAIT)


def test_another_address_is_another_matter_and_success_and_time_forget(database: Database, now: datetime) -> None:
    for _ in range(FREE + 1):
        attempt(database, now)
    assert attempt(database, now, "another")
    database.write(lambda session: throttle.succeeded(session, "k"))
    assert [attempt(database, now) for _ in range(FREE + 1)] == [True] * FREE + [False]
    assert [attempt(database, now + FORGOTTEN) for _ in range(FREE + 1)] == [True] * FREE + [False]


def test_a_clock_that_was_put_back_locks_nobody_out(database: Database, now: datetime) -> None:
    for _ in range(FREE):
        attempt(database, now + timedelta(days=300))
    assert attempt(database, now)


def test_of_many_guesses_at_once_no_more_are_looked_at(any_database: Database, now: datetime) -> None:
    together = threading.Barrier(12)

    def guess(_: int) -> bool:
        together.wait(30)
        return attempt(any_database, now)

    with ThreadPoolExecutor(12) as threads:
        looked_at = sum(threads.map(guess, range(12)))
    assert looked_at == FREE
    assert not attempt(any_database, now)
