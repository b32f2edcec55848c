"""The worker: runs the tasks as they fall due, and goes on counting beside them."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from campaign import beats, tasks
from campaign.database import Database
from campaign.steady import Steady
from campaign.tasks import Task

log = logging.getLogger(__name__)

NICE = 10
"""How far the worker steps back where processors are scarce: whoever is on the site goes before mails and measuring."""


def run_due(
    database: Database, due: dict[str, float], now: float, *more: Task, is_steady: Callable[[], bool] = lambda: True
) -> None:
    """Run each task whose time has come. One that fails is logged and tried again at its next time."""
    for task in (*tasks.TASKS, *more):
        if due.get(task.name, 0.0) > now or (task.trusts_clock and not is_steady()):
            continue
        try:
            done = task.run(database)
        except Exception:
            log.exception("task failed", extra={"task": task.name})
        else:
            if done:
                log.info("task done", extra={"task": task.name, "rows": done})
        due[task.name] = now + task.every


def work(database: Database, *more: Task) -> None:
    """Run tasks as they fall due until told to stop, or until the process that started this one is gone."""
    asked: list[int] = []  # not an Event: a signal may arrive while this very thread holds an Event's lock
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: asked.append(number))
    parent = os.getppid()
    _step_back()

    def goes_on() -> bool:
        return not asked and os.getppid() == parent

    # Apart from the tasks, of which one may wait long for a slow server: the public count is never far behind.
    counter = threading.Thread(target=_go_on_counting, args=(database, goes_on), daemon=True)
    counter.start()
    due: dict[str, float] = {}
    steady = Steady(_last_trusted(database))
    log.info("worker started", extra={"tasks": [task.name for task in (*tasks.TASKS, *more)]})
    while goes_on():
        run_due(database, due, time.monotonic(), *more, is_steady=steady.holds)
        time.sleep(tasks.TICK_SECONDS)
    counter.join()
    log.info("worker stopped")


def _step_back() -> None:
    os.nice(NICE)
    with suppress(OSError):  # Linux weighs whole sessions where nobody has grouped them otherwise, and this has its own
        Path("/proc/self/autogroup").write_text(str(NICE))


def _last_trusted(database: Database) -> datetime | None:
    try:
        with database.read() as session:
            return beats.last(session, beats.CLOCK)
    except SQLAlchemyError:  # it comes to each task anew whether the database answers
        return None


def _go_on_counting(database: Database, goes_on: Callable[[], bool]) -> None:
    while goes_on():
        for name, run in (("batches", tasks.run_batches), ("count", tasks.count)):
            try:
                run(database)
            except Exception:
                log.exception("task failed", extra={"task": name})
        time.sleep(tasks.TICK_SECONDS)
