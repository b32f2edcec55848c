"""A PostgreSQL database of a test's own, where a server answers on this machine and lets us make one."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from campaign.database import Database
from campaign.migrations import upgrade

SERVER = f"postgresql+psycopg://127.0.0.1:{os.environ.get('PGPORT', '5432')}/"
"""As whom, the environment says: PGUSER, PGPASSWORD; and at which port, PGPORT."""


@contextmanager
def postgresql() -> Iterator[Database | None]:
    """A migrated database, dropped at the end; None where there is no such server."""
    name = f"lifeline_{secrets.token_hex(6)}"
    server = create_engine(
        f"{SERVER}postgres", isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3}, hide_parameters=True
    )
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except OperationalError:
        server.dispose()
        yield None
        return
    database = Database(f"{SERVER}{name}")
    try:
        upgrade(database)
        yield database
    finally:
        database.close()
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


def empty(database: Database) -> None:
    """Delete every row of a database that tests share; the log's, too, which refuses it otherwise."""

    def fill(session: Session) -> None:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(_EMPTY))

    database.write(fill)


_EMPTY = """
DO $$
DECLARE
    found record;
    is_there boolean;
BEGIN
    FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', found.tablename) INTO is_there;
        IF is_there THEN
            EXECUTE format('DELETE FROM %I', found.tablename);
        END IF;
    END LOOP;
    FOR found IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', found.sequencename);
    END LOOP;
END
$$
"""
"""A third of what TRUNCATE takes, which makes new files for tables without a row in them."""
