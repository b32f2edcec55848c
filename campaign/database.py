"""The database: one engine, sessions to read with, and one way to store anything.

`write(fn)` is that way. `fn(session)` changes rows and returns ids or plain values; it makes no network call and never
commits. When `write` returns, what `fn` did is on the disk; when `fn` raises, nothing of it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, CursorResult, Engine, Result, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from campaign import occupancy
from campaign.errors import Misconfigured
from campaign.grouping import Writer

T = TypeVar("T")

BUSY_SECONDS = 10
"""How long is waited for a lock that another process holds."""

POSTGRESQL: dict[str, Any] = {
    "pool_pre_ping": True,  # a server that was restarted meanwhile is found out before anything is lost by it
    "connect_args": {"connect_timeout": 5, "options": f"-c lock_timeout={BUSY_SECONDS}s"},
}


class Database:
    """An engine and what may be done with it.

    Args:
        url: an SQLAlchemy database address; SQLite unless the operator says otherwise.
        data_dir: where the campaign keeps its state; nobody restores a backup there while this is open.

    Raises:
        Misconfigured: it is not such an address, or nothing that is installed can speak to it.
        Conflict: another process needs the data directory for itself.
    """

    def __init__(self, url: str, data_dir: Path | None = None) -> None:
        try:
            self.url = make_url(url)
            self.is_sqlite = self.url.get_backend_name() == "sqlite"
            if self.url.drivername in ("postgres", "postgresql"):
                self.url = self.url.set(drivername="postgresql+psycopg")
            options = {} if self.is_sqlite else POSTGRESQL
            # Hidden: what people typed must not stand in an error's text, and through it in a log.
            self.engine = create_engine(self.url, hide_parameters=True, pool_size=40, **options)
        except (ArgumentError, ImportError, TypeError, ValueError):
            # Not quoted: it may hold a password.
            raise Misconfigured(
                "CAMPAIGN_DATABASE_URL is not the address of a database that is supported here. "
                "Write one like sqlite:////srv/lifeline/lifeline.db."
            ) from None
        if self.is_sqlite:
            if self.url.database in (None, "", ":memory:"):  # each thread would get an empty one of its own
                raise Misconfigured("CAMPAIGN_DATABASE_URL must name a file.")
            Path(str(self.url.database)).parent.mkdir(parents=True, exist_ok=True)
            _prepare_sqlite(self.engine)
        self._hold = occupancy.share(data_dir) if data_dir else None
        self._writer = Writer(self.engine.execution_options(campaign_writes=True))

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session to read with, on one consistent view of the data."""
        with Session(self.engine, autoflush=False) as session:
            yield session

    def write(self, fn: Callable[[Session], T]) -> T:
        """Run `fn` as a transaction and return its result once that is committed.

        Raises:
            whatever `fn` raises, after everything it did is undone; an SQLAlchemyError where nothing can be stored.
        """
        return self._writer.write(fn)

    def ready(self) -> bool:
        """Whether the database answers."""
        with self.engine.connect() as connection:
            return bool(connection.execute(text("SELECT 1")).scalar() == 1)

    def close(self) -> None:
        self.engine.dispose()
        if self._hold:
            self._hold.release()


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver's guesses
        for pragma in (
            f"busy_timeout = {BUSY_SECONDS * 1000}",
            "journal_mode = WAL",
            "synchronous = FULL",  # acknowledged is never lost, not at a power cut either
            "foreign_keys = ON",
            "secure_delete = ON",  # what is destroyed is overwritten, not left in the file's free pages
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # A writer takes its lock at once: one that reads first and upgrades later would be refused, not queued.
        writes = connection.get_execution_options().get("campaign_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def insert_once(session: Session, model: type[Any], values: dict[str, Any], unique: tuple[str, ...]) -> Any | None:
    """Insert a row unless one with the same `unique` columns is there. Returns its primary key, or None where one was.

    The unique constraint decides, so that of two who come at once exactly one has inserted it.
    """
    return _directly(session).execute(_insert_unless_there(_dialect(session), model.__table__, unique), values).scalar()


@cache
def _insert_unless_there(dialect: str, table: Table, unique: tuple[str, ...]) -> Any:
    insert = _insert(dialect, table).on_conflict_do_nothing(index_elements=unique)
    return insert.returning(*table.primary_key.columns)


def insert_all(session: Session, model: type[Any], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of which nothing is asked afterwards. For what is stored with every letter: it costs a third of
    what it costs to make objects of the rows first."""
    if rows:
        _directly(session).execute(_insert(_dialect(session), model.__table__), list(rows))


def insert_or_add(
    session: Session, model: type[Any], rows: Sequence[dict[str, Any]], unique: tuple[str, ...], number: str
) -> None:
    """Insert rows; where one with the same `unique` columns is there, add to its `number` instead.

    No two of the rows may be the same in these columns.
    """
    if rows:
        insert = _insert(_dialect(session), model.__table__)
        add = {number: getattr(model, number) + insert.excluded[number]}
        # Row by row: a statement of so many rows would have to be written out anew for each number of them.
        _directly(session).execute(insert.on_conflict_do_update(index_elements=unique, set_=add), list(rows))


def _directly(session: Session) -> Connection:
    """The session's connection, after what waits in the session is in its transaction."""
    session.flush()
    return session.connection()


def _insert(dialect: str, table: Table) -> Any:
    return {"postgresql": postgresql, "sqlite": sqlite}[dialect].insert(table)


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def is_postgresql(session: Session) -> bool:
    """Whether the session is one of a PostgreSQL database."""
    return _dialect(session) == "postgresql"


def changed(result: Result[Any]) -> int:
    """How many rows an INSERT, UPDATE or DELETE has touched."""
    return cast(CursorResult[Any], result).rowcount
