"""A clock that jumps far ahead destroys nothing, unless it is still there an hour later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from campaign import beats, clock, tasks, worker
from campaign.database import Database
from campaign.steady import Steady

NOW = datetime.fromisoformat("2026-11-24T17:00+00:00")


class Clocks:
    """A wall clock that can be set, and one that cannot."""

    def __init__(self) -> None:
        self.wall, self.monotonic = NOW, 1000.0

    def go_on(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.monotonic += seconds

    def steady(self, seen: datetime | None = NOW) -> Steady:
        return Steady(seen, lambda: self.wall, lambda: self.monotonic)


@pytest.mark.parametrize("days", [1, 30, 27_000, -1])
def test_after_a_jump_nothing_is_destroyed_for_an_hour(days: int) -> None:
    clocks = Clocks()
    steady = clocks.steady()
    assert steady.holds()
    clocks.wall += timedelta(days=days)
    assert not steady.holds()
    clocks.go_on(3599)
    assert not steady.holds()
    clocks.go_on(1)
    assert steady.holds()


def test_a_clock_that_was_put_right_meanwhile_is_believed_an_hour_after_that() -> None:
    clocks = Clocks()
    steady = clocks.steady()
    clocks.wall += timedelta(days=27_000)
    assert not steady.holds()
    clocks.go_on(600)
    clocks.wall -= timedelta(days=27_000)
    assert not steady.holds()
    clocks.go_on(3600)
    assert steady.holds()


def test_a_clock_that_is_set_by_seconds_is_believed() -> None:
    clocks = Clocks()
    steady = clocks.steady()
    for seconds in (-90, 240, 1):
        clocks.wall += timedelta(seconds=seconds)
        clocks.go_on(30)
        assert steady.holds()


@pytest.mark.parametrize(("away", "holds"), [(timedelta(hours=40), True), (timedelta(days=300), False)])
def test_a_worker_that_was_away_for_long_waits_first(away: timedelta, holds: bool) -> None:
    assert Clocks().steady(NOW - away).holds() is holds


def test_where_nobody_ever_worked_the_clock_is_believed() -> None:
    assert Clocks().steady(None).holds()


def test_a_worker_that_is_started_again_within_that_hour_still_waits(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def started() -> Callable[[], bool]:
        return Steady(worker._last_trusted(database), clock.wall).holds

    worker.run_due(database, {}, 0.0, is_steady=started())
    there = clock.wall() + timedelta(days=27_000)
    monkeypatch.setattr(clock, "wall", lambda: there)
    for _ in range(2):
        due: dict[str, float] = {}
        worker.run_due(database, due, 0.0, is_steady=started())
        assert set(due) == {"beat"}


def test_the_worker_destroys_nothing_then_and_does_all_else(database: Database, now: datetime) -> None:
    due: dict[str, float] = {}
    worker.run_due(database, due, 0.0, is_steady=lambda: False)
    assert set(due) == {"beat"}
    with database.read() as session:
        assert beats.last(session, beats.WORKER)
    worker.run_due(database, due, 0.0, is_steady=lambda: True)
    assert set(due) == {task.name for task in tasks.TASKS}
    assert all(task.trusts_clock for task in tasks.TASKS if task.name.startswith(("purge", "forget")))
