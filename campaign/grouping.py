"""Many callers' writes, committed together.

What makes a write durable is the wait for the disk, and it is as long for one row as for a hundred. So whoever finds
others in line behind them does not commit: they leave that to the last of the line, and sleep until it is done. On a
quiet day each commits alone and at once; on a busy one a commit serves as many as have come during the one before it.

All of a group share one transaction, one after the other as they come, each in their own thread. Who fails is undone
alone, to the savepoint before them: their neighbors notice nothing. Only what breaks the transaction itself, as a lost
connection or a full disk does, fails them all, and each of them is told.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine, exc
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

T = TypeVar("T")

MOST = 64
"""Callers of one commit. More would gain little, and all of them wait for the slowest."""

LINE_SECONDS = 10.0
"""How long anybody stands in line before they are told that nothing can be stored just now."""

GLANCE_SECONDS = 1.0
"""How often a sleeper looks whether the one who was to commit for them has left the line instead."""

DEADLOCK = "40P01"
"""PostgreSQL's code for two transactions each of which waits for the other."""


class Group:
    """Callers whose work is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self.connection = engine.connect()
        try:
            self.transaction = self.connection.begin()
        except BaseException:
            self.connection.close()
            raise
        self.size = 0
        self.failure: Exception | None = None
        self.over = threading.Event()


class Writer:
    """One process's way to store anything.

    Args:
        engine: one whose transactions may write.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = threading.Lock()
        self._group: Group | None = None
        """The open one; whoever has the turn may touch it."""
        self._in_line = 0
        self._counting = threading.Lock()

    def write(self, fn: Callable[[Session], T]) -> T:
        """Run `fn` in a transaction, and return its result once that is committed.

        Raises:
            whatever `fn` raises, after everything it did is undone; an SQLAlchemyError where nothing can be stored.
        """
        try:
            return self._write(fn)
        except DBAPIError as error:
            if not _is_deadlock(error):
                raise
            return self._write(fn)  # what another process waits for may be a neighbor's, who is committed by now

    def _write(self, fn: Callable[[Session], T]) -> T:
        self._stand_in_line()
        try:
            group = self._group = self._group or Group(self._engine)
            try:
                result = _run(fn, group)
            except BaseException as error:
                self._commit_if(group, now=_is_deadlock(error))
                raise
            self._commit_if(group)
        finally:
            self._turn.release()
        while not group.over.wait(GLANCE_SECONDS):
            self._commit_if_left(group)
        if group.failure:
            raise group.failure
        return result

    def _stand_in_line(self) -> None:
        with self._counting:
            self._in_line += 1
        try:
            has_turn = self._turn.acquire(timeout=LINE_SECONDS)
        finally:
            with self._counting:
                self._in_line -= 1
        if not has_turn:
            raise exc.TimeoutError(f"no turn to write within {LINE_SECONDS:g} seconds")

    def _commit_if(self, group: Group, now: bool = False) -> None:
        """Commit a group unless somebody comes after who will."""
        if now or group.failure or group.size >= MOST or not self._in_line:
            self._group = None
            _commit(group)

    def _commit_if_left(self, group: Group) -> None:
        if self._turn.acquire(blocking=False):
            try:
                if self._group is group:
                    self._commit_if(group)
            finally:
                self._turn.release()


def _run(fn: Callable[[Session], T], group: Group) -> T:
    """Run one caller's work within the group's transaction; undo it alone if it fails."""
    session = Session(group.connection, join_transaction_mode="create_savepoint")
    try:
        result = fn(session)
        session.commit()
    except BaseException as error:
        try:
            session.rollback()
        except SQLAlchemyError as lost:  # there is no savepoint any more, nor what the neighbors did before it
            group.failure = lost
        if group.connection.invalidated:
            group.failure = error if isinstance(error, Exception) else RuntimeError("interrupted")
        raise
    finally:
        session.close()
    group.size += 1
    return result


def _is_deadlock(error: BaseException) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == DEADLOCK


def _commit(group: Group) -> None:
    try:
        if group.size and not group.failure:
            group.transaction.commit()
    except Exception as error:
        group.failure = error
    finally:
        try:
            if group.failure:  # what state it is in nobody knows: another transaction must not begin within this one
                group.connection.invalidate()
            group.connection.close()  # which undoes what is not committed
        finally:
            group.over.set()
