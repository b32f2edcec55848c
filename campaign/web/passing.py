"""Counts how often supporters come to a step, in memory; who comes some seconds later stores the sums.

A row for each would make everybody wait for the disk who only looks. What a process has not stored when it ends is
lost: so these figures, which count visits and not people, are about, and none of the others depends on them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from campaign import clock, funnel
from campaign.database import Database
from campaign.funnel import Passage
from campaign.web import frames
from campaign.web.extensions import bank, parts, settings

log = logging.getLogger(__name__)

STORED_EVERY = 5.0
"""Seconds."""


class Passing:
    """What this process has counted and not stored yet."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._passed: Counter[Passage] = Counter()
        self._due = time.monotonic() + STORED_EVERY

    def note(self, passage: Passage) -> None:
        """Count one; whoever comes when it is time stores what there is."""
        with self._lock:
            self._passed[passage] += 1
            is_due = time.monotonic() >= self._due
            if is_due:
                self._due = time.monotonic() + STORED_EVERY
        if is_due:
            self.store()

    def store(self) -> None:
        """Store what was counted; what cannot be stored now is kept for the next time."""
        with self._lock:
            passed, self._passed = self._passed, Counter()
        if not passed:
            return
        try:
            self._database.write(lambda session: funnel.store(session, passed))
        except SQLAlchemyError as error:
            log.warning("steps not stored", extra={"error": type(error).__name__})
            with self._lock:
                self._passed.update(passed)


def note(step: str, letter: str) -> None:
    """Count that somebody came to a step of a letter.

    Args:
        step: one of `models.step.STEPS`.
    """
    day = clock.day(settings, bank.campaign.zone)
    _passing().note(Passage(day, letter, frames.partner_code() or "", step))


def store() -> None:
    """Store what this process has counted: whoever looks at the figures wants all of it."""
    _passing().store()


def _passing() -> Passing:
    found: Passing = current_app.extensions["passing"]
    return found


def init_app(app: Flask) -> None:
    with app.app_context():
        app.extensions["passing"] = Passing(parts().database)
