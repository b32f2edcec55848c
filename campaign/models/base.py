"""What all tables share: one naming convention for constraints, and time that always has a zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Index, MetaData, TextClause, TypeDecorator, text
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """The tables of the campaign. Constraints are named, so that a lost race can be told by its name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def differs(counts_as: str) -> TextClause:
    """The condition of the rows that the totals do not hold as they should.

    Args:
        counts_as: as what a row counts, a number, in SQL. The index below and whoever asks use the same words, or
            neither SQLite nor PostgreSQL would know that they mean the same.
    """
    return text(f"counted <> ({counts_as})")


def to_count(table: str, counts_as: str) -> Index:
    """The index that holds just the rows of `differs`: to find them costs the same however many others there are."""
    return Index(f"ix_{table}_to_count", "id", sqlite_where=differs(counts_as), postgresql_where=differs(counts_as))


def in_order(table: str, column: str = "") -> Index:
    """The index that has rows in the order of their day, all of them or those with the same value in a column."""
    columns = [column, "day", "id"] if column else ["day", "id"]
    return Index(f"ix_{table}_{column or 'in'}_order", *columns)


def set_aside(table: str) -> Index:
    """The index that has the rows in quarantine, in the order of their day."""
    where = text("quarantined_at IS NOT NULL")
    return Index(f"ix_{table}_quarantined", "day", "id", sqlite_where=where, postgresql_where=where)


def signs(table: str) -> Index:
    """The index of the rows that still tell where they came from; by time, because they must not for long."""
    where = text("network_hash IS NOT NULL")
    return Index(f"ix_{table}_signs", "created_at", sqlite_where=where, postgresql_where=where)


class Moment(TypeDecorator[datetime]):
    """A point in time, kept in UTC. SQLite would forget the zone; here none is ever missing."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
