"""Background work. Each task reads its rows anew and may be repeated without harm: the rows are the queue."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

from campaign import clock, compose, mail
from campaign.config import Settings
from campaign.congress.refresh import refresh, renewed_at
from campaign.congress.tables import TABLES
from campaign.database import Database
from campaign.delivery import outbox
from campaign.errors import Problem
from campaign.keys import Keys

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0

ROSTER_LIFE = timedelta(hours=23)
"""From what age on the roster is renewed."""


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


def roster_task(settings: Settings) -> Task:
    """Renew the roster once a day. It is looked at every hour, so that a day whose first try fails has more."""

    def run(_database: Database) -> int:
        last = renewed_at(settings.data_dir)
        # A link from the future is of a clock that was wrong.
        if last and timedelta(0) <= clock.wall() - last < ROSTER_LIFE:
            return 0
        try:
            said = refresh(settings.roster_url, settings.data_dir, TABLES, clock.wall())
        except Problem as problem:
            log.warning("roster not renewed", extra={"reason": getattr(problem, "reason", problem.message)})
            return 0
        log.info("roster renewed", extra={"changes": said})
        return 1

    return Task("renew_roster", every=3600, run=run)


def mail_task(settings: Settings, keys: Keys) -> Task:
    """Send the mails that are due: claimed in one transaction, sent outside of any, recorded one by one."""
    host = str(urlsplit(settings.public_url).hostname)

    def run(database: Database) -> int:
        due = database.write(lambda session: outbox.claim(session, keys, host, now=clock.wall()))
        for mail_id, letter in due:
            try:
                mail.send(settings, letter)
            except mail.Refused as refused:
                log.warning("mail not sent", extra={"mail": mail_id, "reason": refused.reason})
                record = partial(outbox.refused, reason=refused.reason, permanent=refused.permanent)
            else:
                record = partial(outbox.sent)
            database.write(partial(record, mail_id=mail_id, now=clock.wall()))
        return len(due)

    return Task("send_mail", every=TICK_SECONDS, run=run)


def run_due(database: Database, due: dict[str, float], now: float, *more: Task) -> None:
    """Run each task whose time has come. One that fails is logged and tried again at its next time."""
    for task in (*TASKS, *more):
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


def work(database: Database, *more: Task) -> None:
    """Run tasks as they fall due until told to stop, or until the process that started this one is gone."""
    asked: list[int] = []  # not an Event: a signal may arrive while this very thread holds an Event's lock
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: asked.append(number))
    parent = os.getppid()
    due: dict[str, float] = {}
    log.info("worker started", extra={"tasks": [task.name for task in (*TASKS, *more)]})
    while not asked and os.getppid() == parent:
        run_due(database, due, time.monotonic(), *more)
        time.sleep(TICK_SECONDS)
    log.info("worker stopped")
