"""Lists of what is stored, for organizers: by filters, in order of time, page by page. Nothing here names a supporter.

A page begins after a row, known by its key, and not after so many rows: a list of a million costs what one of a
thousand does, and a row that comes in meanwhile moves none to another page. Of the filters that are set one leads, by
an index that has its rows in order; the others are held against at most `LOOKED_AT` rows that it leads to. Where too
few of these fit, the page says so and how far it has looked, and the next one goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session

from campaign.listable import Key, Noun, same

PAGE = 50
LOOKED_AT = 20_000
"""Rows of an index that one page looks at, at most: some hundredths of a second."""

COUNTED = 100_000
"""So far rows are counted for an export; beyond, there are more."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of a noun, and in which order."""

    noun: Noun
    filters: dict[str, str]
    """By name, each with its value, which can be one of its; `leading` or `others` of the noun."""
    since: date | None = None
    until: date | None = None
    """The last day."""
    oldest_first: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows in order."""

    rows: list[Any]
    before: Key | None
    """Where the page before this one ends, if there is one: the key of the first row here."""
    after: Key | None
    """Where the next one begins: after the row of this key."""
    is_cut: bool = False
    """Whether so many rows were looked at that fewer than a page were found, and there may be more."""


def page(session: Session, wanted: Wanted, start: Key | None = None, *, back: bool = False, most: int = PAGE) -> Page:
    """The rows after a key, or with `back` those before it; without one the first.

    A row that comes in meanwhile is on the page where it belongs and moves no other.
    """
    rows, reached = _find(session, wanted, start, wanted.oldest_first != back, most + 1)
    more, rows = len(rows) > most, rows[:most]
    if back:
        rows.reverse()
        return Page(rows, _key_of(wanted, rows[0]) if more else reached, _key_of(wanted, rows[-1]) if rows else start)
    is_cut = reached is not None and not more
    after = _key_of(wanted, rows[-1]) if more else reached
    return Page(rows, _key_of(wanted, rows[0]) if rows and start else None, after, is_cut)


def chunk(session: Session, wanted: Wanted, start: Key | None, most: int) -> tuple[list[Any], Key | None]:
    """Some rows for an export, and the key after which it goes on; None at the end."""
    rows, reached = _find(session, wanted, start, wanted.oldest_first, most)
    return rows, _key_of(wanted, rows[-1]) if len(rows) == most else reached


def count(session: Session, wanted: Wanted) -> int:
    """How many rows there are; `COUNTED` where there are as many, or more."""
    statement = select(wanted.noun.own).where(*_leading(wanted), *_others(wanted)).limit(COUNTED)
    return session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def _find(
    session: Session, wanted: Wanted, start: Key | None, ascending: bool, most: int
) -> tuple[list[Any], Key | None]:
    """Rows in order; and, where so many were looked at that there may be more, the key of the last of these."""
    key, others = wanted.noun.key, _others(wanted)
    looked_at = select(*key).where(*_leading(wanted)).order_by(*_in_order(key, ascending))
    if start is not None:
        here = tuple_(*key)
        looked_at = looked_at.where(here > start if ascending else here < start)
    if not others:
        looked_at = looked_at.limit(most)
        return list(session.execute(_rows(wanted, looked_at, [], ascending))), None
    looked_at = looked_at.limit(LOOKED_AT)
    rows = list(session.execute(_rows(wanted, looked_at, others, ascending).limit(most)))
    if len(rows) == most:
        return rows, None
    last = session.execute(looked_at.offset(LOOKED_AT - 1).limit(1)).first()
    return rows, tuple(last) if last else None


def _rows(wanted: Wanted, looked_at: Select[Any], others: Sequence[Any], ascending: bool) -> Select[Any]:
    """The rows of the keys that are looked at. These come out of an index alone."""
    model, found = wanted.noun.model, looked_at.subquery()
    statement = select(model).join(found, wanted.noun.own == found.c[wanted.noun.own.key]).where(*others)
    return statement.order_by(*_in_order(wanted.noun.key, ascending))


def _in_order(key: Sequence[Any], ascending: bool) -> list[Any]:
    return [column.asc() if ascending else column.desc() for column in key]


def _key_of(wanted: Wanted, row: Any) -> Key:
    return tuple(getattr(row[0], column.key) for column in wanted.noun.key)


def _leading(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What the index answers: the leading filter, the days, and what holds of the list."""
    noun = wanted.noun
    found = [] if noun.only is None else [noun.only]
    if name := _leader(wanted):
        found.append(noun.leading[name] == wanted.filters[name])
    if noun.by_day and wanted.since:
        found.append(noun.model.day >= wanted.since)
    if noun.by_day and wanted.until:
        found.append(noun.model.day <= wanted.until)
    return found


def _leader(wanted: Wanted) -> str | None:
    return next((name for name in wanted.noun.leading if name in wanted.filters), None)


def _others(wanted: Wanted) -> list[ColumnElement[bool]]:
    noun, leader = wanted.noun, _leader(wanted)
    rest = [name for name in noun.leading if name in wanted.filters and name != leader]
    found = [same(noun.leading[name], wanted.filters[name]) for name in rest]
    return found + [noun.others[name](wanted.filters[name]) for name in noun.others if name in wanted.filters]
