"""One randomized schedule: writers and counters in any order, driven by a seed, and what is counted at its end.

On PostgreSQL several transactions are open at once and take turns. SQLite has one place for a writer: there whoever
comes while it is taken waits in a thread of their own until it is free.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from campaign import counting, recounting
from campaign.cells import Cell
from campaign.database import Database
from campaign.models import Base, Click, Message, Partner, Pledge, Total
from campaign.models.click import ASKERS

START = datetime(2026, 11, 24, 17, tzinfo=UTC)
STATES, KINDS, PARTNERS = ("ME", "NY", "WY"), ("call", "give"), (None, "parish")
STEPS = 60
APART_SECONDS = 5.0
"""How far the clocks of two who write may be apart."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is counted at the end of a schedule: by the program, by the naive counter, and by looking at every row."""

    totals: Counter[Cell]
    naive: Counter[Cell]
    exact: Counter[Cell]
    always_whole: bool
    """Whether the totals were the rows marked as counted each time somebody looked."""

    @property
    def holds(self) -> bool:
        return self.always_whole and self.totals == self.exact


@dataclass
class Naive:
    """The counter that we did not build: it counts what is newer than its last look."""

    last: datetime = START - timedelta(days=1)
    totals: Counter[Cell] = field(default_factory=Counter)

    def look(self, session: Session, now: datetime) -> None:
        for model in (Message, Pledge, Click):
            for row in session.scalars(select(model).where(model.created_at > self.last, model.created_at <= now)):
                self.totals.update(cells(row))
        self.last = now


def cells(row: Any) -> list[Cell]:
    """The cells by state in which a row counts, if it does: said here once more, independently of the program."""
    if getattr(row, "quarantined_at", None):
        return []
    figure, kind = "letters", ""
    if isinstance(row, Pledge):
        figure, kind = "confirmed", row.kind
        if row.withdrawn_at or not row.confirmed_at:
            return []
    elif isinstance(row, Click):
        figure = "handovers"
        if row.by != "person":
            return []
    return [Cell("state", partner, row.state or "", figure, kind) for partner in {"", row.partner or ""}]


class Schedule:
    """A schedule on one database, which is emptied first.

    Args:
        calm: one writer at a time, one clock, nothing taken back: then the naive counter is right, too.
    """

    def __init__(self, database: Database, seed: int, calm: bool = False) -> None:
        self.database, self.calm = database, calm
        self.random = Random(seed)
        self.now = START
        self.naive = Naive()
        self.writers: dict[str, Session] = {}
        self.counters: dict[str, Session] = {}
        self.purging = ""
        self.always_whole = True
        self.others = Database(database.url.render_as_string(hide_password=False))

        def empty(session: Session) -> None:
            for table in reversed(Base.metadata.sorted_tables):
                if table.name != "audit":  # which lets nobody delete anything
                    session.execute(table.delete())
            session.add(Partner(code="parish", name="Parish", origins=[], created_at=START))

        database.write(empty)

    def run(self) -> Outcome:
        """Take every step, end what is open, let the counter catch up, and count everything anew."""
        for _ in range(STEPS):
            self.now += timedelta(seconds=self.random.uniform(0.1, 2))
            step = self.random.choices((self._write, self._count, self._look), weights=(6, 3, 1))[0]
            names = "a" if self.database.is_sqlite else "ab" if step == self._count else "abcd"
            step(self.random.choice(names))
        for name in [*self.writers]:
            self._end_writing(name)
        for name in [*self.counters]:
            self._end_counting(name)
        self._look("a")
        for _ in range(STEPS):  # one turn is enough for all, where the counter is right
            if self._is_behind():
                self.database.write(counting.bring_forward)
        self._look("a")
        self.now += timedelta(minutes=1)
        with self.database.read() as session:
            self.naive.look(session, self.now)
            exact = Counter(
                cell for model in (Message, Pledge, Click) for row in session.query(model) for cell in cells(row)
            )
            counted = Total.figure.in_(("letters", "confirmed", "handovers"))
            rows = session.execute(select(*counting.columns(), Total.n).where(Total.by == "state", counted))
            totals = Counter({Cell(*cell): n for *cell, n in rows if n})
        self.others.close()
        return Outcome(totals, self.naive.totals, exact, self.always_whole)

    def _write(self, name: str) -> None:
        if self.calm:
            if self._admits():
                self.database.write(self._add)
        elif name in self.writers and self.random.random() < 0.4:
            self._end_writing(name)
        elif name in self.writers:
            self._change(name)
        elif self._admits():
            self.writers[name] = self._begin()
            self._change(name)

    def _change(self, name: str) -> None:
        session = self.writers[name]
        steps = (self._add, self._confirm, self._withdraw, self._renew, self._quarantine, self._purge)
        what = self.random.choices(steps, weights=(9, 4, 2, 1, 1, 1))[0]
        if what != self._purge:
            what(session)
        elif not self.counters and self.purging in (
            "",
            name,
        ):  # who purges waits for who counts, and so would this thread
            self.purging = name
            self._purge(session)

    def _add(self, session: Session) -> None:
        clock = self.now if self.calm else self.now + timedelta(seconds=(self.random.random() - 0.5) * APART_SECONDS)
        where: dict[str, Any] = {"state": self.random.choice(STATES), "partner": self.random.choice(PARTNERS)}
        where |= {"day": START.date(), "created_at": clock}
        for _ in range(self.random.randint(1, 3)):
            noun = self.random.randrange(3)
            if noun == 0:
                form_id = f"{self.random.getrandbits(60):x}"
                session.add(Message(form_id=form_id, content_hash="", letter="l", text_until=clock, **where))
            elif noun == 1:
                confirmed = clock if self.calm or self.random.random() < 0.3 else None
                session.add(Pledge(kind=self.random.choice(KINDS), confirmed_at=confirmed, **where))
            else:
                session.add(Click(destination="give", **where))
                if self.random.random() < 0.5:  # a program follows the same link
                    session.add(Click(destination="give", by=self.random.choice(ASKERS[1:]), **where))
        session.flush()

    def _confirm(self, session: Session) -> None:
        self._set(session, Pledge.confirmed_at.is_(None), confirmed_at=self.now)

    def _withdraw(self, session: Session) -> None:
        self._set(session, Pledge.withdrawn_at.is_(None), withdrawn_at=self.now)

    def _renew(self, session: Session) -> None:
        self._set(session, Pledge.withdrawn_at.is_not(None), withdrawn_at=None, confirmed_at=None)

    def _quarantine(self, session: Session) -> None:
        """Put one into quarantine, or all of a state, or take them out."""
        chosen = self.random.choice((Pledge, Message))
        moment = self.random.choice((self.now, None, None))
        rows = select(chosen.id).where(chosen.state == self.random.choice(STATES)).with_for_update(skip_locked=True)
        ids = session.scalars(rows).all()
        session.execute(update(chosen).where(chosen.id.in_(ids)).values(quarantined_at=moment))

    def _set(self, session: Session, condition: Any, **values: datetime | None) -> None:
        if found := self._pick(session, condition):
            session.execute(update(Pledge).where(Pledge.id == found).values(**values))

    def _purge(self, session: Session) -> None:
        if found := self._pick(session, Pledge.id > 0):
            counting.delete_rows(session, "pledges", Pledge.id == found)

    def _pick(self, session: Session, condition: Any) -> int | None:
        """A pledge that nobody else has in hand: all transactions are this thread's, which must not wait for itself."""
        ids = session.scalars(select(Pledge.id).where(condition).order_by(Pledge.id)).all()
        if not ids:
            return None
        chosen = select(Pledge.id).where(Pledge.id == self.random.choice(ids)).with_for_update(skip_locked=True)
        return session.scalar(chosen)

    def _end_writing(self, name: str) -> None:
        session = self.writers.pop(name)
        self.purging = "" if self.purging == name else self.purging
        end = session.commit if self.random.random() < 0.75 else session.rollback
        if self.database.is_sqlite and self.random.random() < 0.3:
            self._while_another_waits(end)
        else:
            end()
        session.close()

    def _count(self, name: str) -> None:
        if name in self.counters:
            self._end_counting(name)
        elif self._admits():
            self.counters[name] = self._begin()
            counting.bring_forward(self.counters[name], limit=self.random.randint(1, 12))

    def _end_counting(self, name: str) -> None:
        session = self.counters.pop(name)
        if self.calm or self.random.random() < 0.7:
            end = session.commit
            with self.database.read() as reader:
                self.naive.look(reader, self.now)
        else:
            end = lambda: self._kill(session)  # noqa: E731
        if self.database.is_sqlite and self.random.random() < 0.5:
            self._while_another_waits(end)
        else:
            end()
        session.close()

    def _kill(self, session: Session) -> None:
        """End a counter's connection in the midst of its transaction."""
        if not self.database.is_sqlite:
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            with self.database.read() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
                while other.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid"), {"pid": pid}):
                    other.rollback()  # what it shows is kept for the length of a transaction
                    time.sleep(0.002)
        session.invalidate()

    def _while_another_waits(self, end: Callable[[], object]) -> None:
        """End a transaction of SQLite while a second counter is waiting for its place."""
        limit = self.random.randint(1, 12)
        waiting = threading.Thread(
            target=lambda: self.others.write(lambda session: counting.bring_forward(session, limit))
        )
        waiting.start()
        end()
        waiting.join()

    def _look(self, _name: str) -> None:
        with self.database.read() as session:
            self.always_whole &= recounting.differences(session) == {}

    def _is_behind(self) -> bool:
        with self.database.read() as session:
            return counting.is_behind(session)

    def _admits(self) -> bool:
        return not self.database.is_sqlite or not (self.writers or self.counters)

    def _begin(self) -> Session:
        session = Session(self.database.engine.execution_options(campaign_writes=True))
        if not self.database.is_sqlite:
            session.execute(text("SET LOCAL lock_timeout = '5s'"))  # a schedule that waits for itself fails
        return session
