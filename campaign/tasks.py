"""Background work. Each task reads its rows anew and may be repeated without harm: the rows are the queue."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from campaign import clock, compose
from campaign.database import Database

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Task:
    """A task and the seconds between the end of one run and the start of the next."""

    name: str
    every: float
    run: Callable[[Database], int]


def purge_texts(database: Database) -> int:
    """Destroy the letters' texts whose time is over; returns how many."""
    return database.write(lambda session: compose.forget_texts(session, clock.wall()))


TASKS = (Task("purge_texts", every=60, run=purge_texts),)


def run_due(database: Database, due: dict[str, float], now: float) -> None:
    """Run each task whose time has come. One that fails is logged and tried again at its next time."""
    for task in TASKS:
        if due.get(task.name, 0.0) > now:
            continue
        try:
            done = task.run(database)
        except Exception:
            log.exception("task failed", extra={"task": task.name})
        else:
            if done:
                log.info("task done", extra={"task": task.name, "rows": done})
        due[task.name] = now + task.every


def work(database: Database) -> None:
    """Run tasks as they fall due until told to stop, or until the process that started this one is gone."""
    asked: list[int] = []  # not an Event: a signal may arrive while this very thread holds an Event's lock
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: asked.append(number))
    parent = os.getppid()
    due: dict[str, float] = {}
    log.info("worker started", extra={"tasks": [task.name for task in TASKS]})
    while not asked and os.getppid() == parent:
        run_due(database, due, time.monotonic())
        time.sleep(TICK_SECONDS)
    log.info("worker stopped")
