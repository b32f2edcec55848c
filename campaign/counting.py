"""The totals, brought forward in batches.

Each message, delivery, pledge, click and gift says in `counted` as what the totals hold it. A batch takes rows of which
that is not what it should be, puts it right and adds the difference to the totals, in one transaction. So the totals
are what the rows say that are marked as counted, always: a batch that is rolled back or killed has done neither, and a
row that is committed late, confirmed after weeks or taken back is simply one that differs. No clock decides anything:
therefore there is no moment up to which all is counted, and no row can slip in behind one.

What was said of a delivery is counted while its message is marked as a letter.

No row of the totals is touched by those who write letters and pledges: they do not wait for each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, literal_column, select, text, update
from sqlalchemy.orm import Session

from campaign import cells
from campaign.cells import Amounts, Cell
from campaign.database import insert_or_add, is_postgresql
from campaign.models import Total
from campaign.models.base import differs
from campaign.turning import NOUNS, Noun, Turn

BATCH = 1000
"""Rows that one transaction turns at most: some hundredths of a second, in which nobody else writes."""

COUNTER = 5_271_930
"""The number of PostgreSQL's lock for the one who counts."""


def is_behind(session: Session) -> bool:
    """Whether the totals lack anything: asked every second, without the database's only place for a writer."""
    return any(
        session.scalar(select(noun.model.id).where(differs(noun.counts_as)).limit(1)) is not None
        for noun in NOUNS.values()
    )


def backlog(session: Session, most: int) -> int:
    """How many rows the totals lack; `most` where it is that many or more."""
    found = 0
    for noun in NOUNS.values():
        rows = select(noun.model.id).where(differs(noun.counts_as)).limit(most - found)
        found += len(session.scalars(rows).all())
        if found == most:
            break
    return found


def bring_forward(session: Session, limit: int = BATCH) -> int:
    """Turn up to `limit` rows, and put the totals right. Returns how many rows it were.

    One at a time: on SQLite whoever has the write lock; on PostgreSQL a second one does nothing and returns 0.
    """
    if not _is_alone(session):
        return 0
    done = 0
    amounts: Amounts = Counter()
    for noun in NOUNS.values():
        if done == limit:
            break
        # On PostgreSQL rows that somebody is changing just now are left to the next turn. The others are held until
        # this one is committed; rows that refer to them may be inserted meanwhile.
        now: Any = literal_column(noun.counts_as)
        rows = select(noun.model.id, noun.model.counted, now, *noun.columns).where(differs(noun.counts_as))
        rows = rows.order_by(noun.model.id).limit(limit - done).with_for_update(skip_locked=True, key_share=True)
        turns = [noun.turn(*row) for row in session.execute(rows)]
        noun.add(session, turns, amounts)
        right = update(noun.model).where(noun.model.id.in_([turn.id for turn in turns]))
        session.execute(right.values(counted=now), execution_options={"synchronize_session": False})
        done += len(turns)
    add(session, cells.spread(amounts))
    return done


def delete_rows(session: Session, figure: str, condition: ColumnElement[bool]) -> int:
    """Delete rows of what a figure counts, and take them out of the totals. Returns how many rows it were.

    With messages go their deliveries.
    """
    wait_until_alone(session)  # before a row is read: what is marked as counted must not change under the deletion
    noun = NOUNS[figure]
    amounts: Amounts = Counter()
    done = 0
    for turns in _in_parts(session, noun, condition):
        noun.add(session, turns, amounts, gone=True)
        gone = delete(noun.model).where(noun.model.id.in_([turn.id for turn in turns]))
        session.execute(gone, execution_options={"synchronize_session": False})
        done += len(turns)
    add(session, cells.spread(amounts))
    return done


def forget_source(session: Session, figure: str, condition: ColumnElement[bool]) -> int:
    """Forget the link by which messages, pledges or clicks came, in the totals as well. Returns of how many rows."""
    wait_until_alone(session)
    noun = NOUNS[figure]
    amounts: Amounts = Counter()
    done = 0
    for turns in _in_parts(session, noun, condition & noun.model.source.is_not(None)):
        noun.move(session, turns, amounts)
        there = update(noun.model).where(noun.model.id.in_([turn.id for turn in turns])).values(source=None)
        session.execute(there, execution_options={"synchronize_session": False})
        done += len(turns)
    add(session, cells.spread(amounts))
    return done


def _in_parts(session: Session, noun: Noun, condition: ColumnElement[bool]) -> Iterator[list[Turn]]:
    """The rows for which a condition holds, held until the commit, a batch at a time."""
    after = 0
    while True:
        rows = select(noun.model.id, noun.model.counted, *noun.columns).where(condition, noun.model.id > after)
        rows = rows.order_by(noun.model.id).limit(BATCH).with_for_update()
        turns = [noun.turn(number, was, 0, *more) for number, was, *more in session.execute(rows)]
        if not turns:
            return
        after = turns[-1].id
        yield turns


def add(session: Session, changes: Counter[Cell]) -> None:
    """Add to the totals; a cell that is not there yet is made."""
    rows = [cell._asdict() | {"n": n} for cell, n in sorted(changes.items()) if n]
    insert_or_add(session, Total, rows, unique=Cell._fields, number="n")


def columns() -> Sequence[Any]:
    """The columns of a cell, in the order of its fields."""
    return [getattr(Total, name) for name in Cell._fields]


def _is_alone(session: Session) -> bool:
    if not is_postgresql(session):
        return True
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": COUNTER}))


def wait_until_alone(session: Session) -> None:
    """Keep everybody else from counting until the commit."""
    if is_postgresql(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": COUNTER})
