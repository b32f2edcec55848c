"""Who writes at the same time is committed together; who fails, alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event, exc, func, select, text
from sqlalchemy.orm import Session

from campaign import grouping
from campaign.config import Settings
from campaign.database import Database
from campaign.models import Click, Partner

START = datetime.fromisoformat("2026-11-24T17:00+00:00")


def click(session: Session) -> None:
    session.add(Click(destination="relief", day=START.date(), created_at=START))


def clicks(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Click)) or 0


class Refused(Exception):
    """What a caller raises."""


def refuse(session: Session) -> None:
    click(session)
    session.flush()
    raise Refused


class Line:
    """Callers who stand in line while the one before them is at work."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.commits = 0
        event.listen(database.engine, "commit", lambda _connection: self._committed())

    def _committed(self) -> None:
        self.commits += 1

    def write(self, *work: Callable[[Session], Any], first: Callable[[Session], Any] = click) -> list[Any]:
        """Let all come while `first` has its turn; returns what each was told, or raised, in their order."""
        writer, threads = self.database._writer, ThreadPoolExecutor(len(work) + 1)
        all_are_here = threading.Event()

        def hold(session: Session) -> Any:
            assert all_are_here.wait(30)
            return first(session)

        def come(fn: Callable[[Session], Any]) -> Any:
            try:
                return self.database.write(fn)
            except Exception as error:
                return error

        told = [threads.submit(come, hold)]
        while writer._group is None:
            time.sleep(0.001)
        for number, fn in enumerate(work, 1):
            told.append(threads.submit(come, fn))
            while writer._in_line < number:
                time.sleep(0.001)
        self.commits = 0
        all_are_here.set()
        found = [one.result(30) for one in told]
        threads.shutdown()
        return found


@pytest.fixture
def line(any_database: Database) -> Iterator[Line]:
    own = Database(any_database.url.render_as_string(hide_password=False))  # what listens to it goes with it
    yield Line(own)
    own.close()


def test_all_in_line_are_committed_at_once(line: Line) -> None:
    line.write(*[click] * 20)
    assert (clicks(line.database), line.commits) == (21, 1)


def test_not_more_than_can_wait_for_each_other(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MOST", 4)
    line.write(*[click] * 10)
    assert (clicks(line.database), line.commits) == (11, 3)


@pytest.mark.parametrize("place", range(5))
def test_who_fails_fails_alone(line: Line, place: int) -> None:
    work: list[Callable[[Session], Any]] = [click] * 5
    work[place] = refuse
    told = line.write(*work[1:], first=work[0])
    assert [type(one) for one in told] == [Refused if at == place else type(None) for at in range(5)]
    assert clicks(line.database) == 4


def test_who_breaks_a_rule_of_the_tables_does_so_alone(line: Line) -> None:
    def break_rule(session: Session) -> None:
        session.add(Click(destination="relief", partner="nobody", day=START.date(), created_at=START))

    told = line.write(click, break_rule, click)
    assert [type(one) for one in told] == [type(None), type(None), exc.IntegrityError, type(None)]
    assert clicks(line.database) == 3


def test_each_sees_what_came_before_them(line: Line) -> None:
    def count(session: Session) -> int:
        session.add(Click(destination="relief", day=START.date(), created_at=START))
        session.flush()
        return session.scalar(select(func.count()).select_from(Click)) or 0

    assert sorted(line.write(*[count] * 5, first=count)) == [1, 2, 3, 4, 5, 6]


def test_nobody_is_told_before_it_is_on_the_disk(line: Line) -> None:
    told: list[bool] = []
    event.listen(line.database.engine, "commit", lambda _connection: told.append(clicks(line.database) == 0))
    seen = line.write(*[click] * 5)
    assert told == [True]
    assert seen == [None] * 6


def test_where_the_commit_fails_all_are_told_so_and_it_goes_on(line: Line) -> None:
    def fail(_connection: object) -> None:
        raise Refused

    event.listen(line.database.engine, "commit", fail)
    told = line.write(*[click] * 5)
    event.remove(line.database.engine, "commit", fail)
    assert [type(one) for one in told] == [Refused] * 6
    assert clicks(line.database) == 0
    line.database.write(click)
    assert clicks(line.database) == 1


def test_where_the_transaction_is_lost_all_in_it_are_told_so(line: Line) -> None:
    def lose(session: Session) -> None:
        session.connection().exec_driver_sql("ROLLBACK")
        raise Refused

    told = line.write(lose)  # after one that has not been committed yet
    assert isinstance(told[0], exc.SQLAlchemyError)
    assert isinstance(told[1], Refused)
    line.database.write(click)
    assert clicks(line.database) == 1


def test_a_deadlock_between_two_processes_is_nobodys_fault(postgresql_database: Database) -> None:
    for code in ("a", "b"):
        values = {"code": code, "name": "0", "origins": [], "created_at": START}
        postgresql_database.write(lambda session, values=values: session.add(Partner(**values)))  # type: ignore[misc]
    other = Database(postgresql_database.url.render_as_string(hide_password=False))
    holds_b = threading.Event()

    def hold(session: Session, code: str) -> None:
        session.execute(text("UPDATE partners SET name = name || '+' WHERE code = :code"), {"code": code})

    def b_then_a(session: Session) -> None:
        hold(session, "b")
        holds_b.set()
        time.sleep(0.3)
        hold(session, "a")

    def first(session: Session) -> None:
        hold(session, "a")
        assert holds_b.wait(30)

    threads = ThreadPoolExecutor(1)
    crossing = threads.submit(other.write, b_then_a)
    told = Line(postgresql_database).write(lambda session: hold(session, "b"), first=first)
    crossing.result(30)
    other.close()
    assert told == [None, None]
    with postgresql_database.read() as session:
        names = session.execute(select(Partner.code, Partner.name).order_by(Partner.code)).all()
    assert [tuple(row) for row in names] == [("a", "0++"), ("b", "0++")]


def test_who_stands_in_line_too_long_is_told_and_nobody_waits_for_them(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "LINE_SECONDS", 0.2)
    gone = threading.Event()

    def hold(session: Session) -> None:
        click(session)
        assert gone.wait(30)

    threads = ThreadPoolExecutor(1)
    holding = threads.submit(database.write, hold)
    while database._writer._group is None:
        time.sleep(0.001)
    with pytest.raises(exc.TimeoutError):
        database.write(click)
    gone.set()
    holding.result(30)
    assert clicks(database) == 1


def test_where_the_last_of_the_line_has_left_it_somebody_commits_all_the_same(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "GLANCE_SECONDS", 0.05)
    writer = database._writer
    writer._in_line += 1  # somebody is about to come

    leaving = threading.Timer(0.3, lambda: setattr(writer, "_in_line", 0))
    leaving.start()
    database.write(click)
    assert clicks(database) == 1


def test_a_database_that_cannot_be_reached_is_asked_anew_by_each(settings: Settings) -> None:
    database = Database("postgresql+psycopg://127.0.0.1:9/lifeline")
    for _ in range(2):
        with pytest.raises(exc.OperationalError):
            database.write(click)
    database.close()
