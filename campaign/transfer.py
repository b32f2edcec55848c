"""A campaign's rows from its SQLite file into an empty PostgreSQL database, all of them or none.

Everything happens in one transaction there, at whose end each table is read again and compared, value by value, with
what was read here. The keys stay where they are: what they seal is carried as it stands.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Table, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from campaign import migrations, occupancy
from campaign.backup import database_file
from campaign.config import Settings
from campaign.database import Database
from campaign.errors import Conflict, Misconfigured
from campaign.models import Base

AT_ONCE = 1_000
"""Rows that are held in memory."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What was carried of one table."""

    table: str
    rows: int
    digest: str
    """SHA-256 of all its values, in the order of its primary key; the same on both sides."""


def move(settings: Settings, url: str) -> list[Moved]:
    """Carry everything over. The source is read, and stays as it is.

    Args:
        url: the PostgreSQL database; its tables are made if there are none.

    Raises:
        Conflict: the site is running, or the target holds something.
        Misconfigured: one of the two is no such database, or what is stored cannot be kept there.
    """
    target = Database(url)
    if target.is_sqlite:
        raise Misconfigured("--to must be the address of a PostgreSQL database.")
    file = database_file(settings, "pg_dump")
    if not file.exists():
        raise Misconfigured(f"There is no database in {file}.")
    with occupancy.alone(settings.data_dir):
        source = Database(settings.database_url)
        if not migrations.is_current(source):
            raise Misconfigured("The tables are of another release. Run `campaign migrate` first.")
        try:
            migrations.upgrade(target)
            with source.engine.connect() as here, target.engine.begin() as there:
                return [_carry(here, there, table) for table in _empty(there)]
        except SQLAlchemyError as error:
            problem = _said(error)
        finally:
            source.close()
            target.close()
    raise problem  # out here: the error may quote a password, or what people wrote


def _empty(there: Connection) -> list[Table]:
    """The tables, those first to which others refer.

    Raises:
        Conflict: one of them holds something.
    """
    for table in Base.metadata.sorted_tables:
        there.execute(text(f"LOCK TABLE {table.name} IN EXCLUSIVE MODE"))
        if there.scalar(select(func.count()).select_from(table)):
            raise Conflict(f"The target is not empty: there are {table.name} in it.")
    return list(Base.metadata.sorted_tables)


def _carry(here: Connection, there: Connection, table: Table) -> Moved:
    rows, digest = 0, hashlib.sha256()
    for part in _parts(here, table):
        for row in part:
            _digest(digest, row)
        there.execute(table.insert(), [dict(zip(table.c.keys(), row, strict=True)) for row in part])
        rows += len(part)
    _go_on_counting(there, table)
    again, arrived = 0, hashlib.sha256()
    for part in _parts(there, table):
        for row in part:
            _digest(arrived, row)
        again += len(part)
    if (again, arrived.digest()) != (rows, digest.digest()):
        raise Conflict(f"The {table.name} have not arrived as they are here. Nothing was moved.")
    return Moved(table.name, rows, digest.hexdigest())


def _parts(connection: Connection, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    """All rows in the order of the primary key, some at a time. Text is ordered by its bytes, as SQLite does."""
    on_postgresql = connection.dialect.name == "postgresql"
    order = [
        column.collate("C") if on_postgresql and column.type.python_type is str else column
        for column in table.primary_key.columns
    ]
    found = connection.execute(select(table).order_by(*order), execution_options={"stream_results": True})
    for part in found.partitions(AT_ONCE):
        yield [tuple(row) for row in part]


def _digest(digest: Any, row: tuple[Any, ...]) -> None:
    for value in row:
        written = _written(value)
        digest.update(f"{type(value).__name__} {len(written)} ".encode())  # so that no two rows are written alike
        digest.update(written)


def _written(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().encode()
    if isinstance(value, date):
        return value.isoformat().encode()
    return repr(value).encode("utf-8", "surrogatepass")


def _go_on_counting(there: Connection, table: Table) -> None:
    """Let the next row get a number that none has had."""
    column = table.autoincrement_column
    if column is None:
        return
    sequence = there.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
    last = there.scalar(select(func.max(column)))
    if sequence and last:
        there.execute(select(func.setval(sequence, last)))


def _said(error: SQLAlchemyError) -> Misconfigured:
    origin = getattr(error, "orig", None)
    if isinstance(origin, sqlite3.Error):
        return Misconfigured("The database here cannot be read whole. Nothing was moved.")
    if "NUL" in str(origin):
        return Misconfigured("A text that is stored holds a NUL, which PostgreSQL cannot keep. Nothing was moved.")
    state = getattr(origin, "sqlstate", None)
    what = f"it answered with SQLSTATE {state}" if state else "it does not answer, or refuses user and password"
    return Misconfigured(f"The target cannot be used: {what}. Nothing was moved.")
