"""The public totals, brought forward in batches.

Each message, pledge and hand-over says in `counted` whether the totals hold it. A batch takes rows of which that is not
what it should be, turns them over and adds the difference to the totals, in one transaction. So the totals are the rows
marked as counted, always: a batch that is rolled back or killed has done neither, and a row that is committed late,
confirmed after weeks or taken back is simply one that differs. No clock decides anything: therefore there is no moment
up to which all is counted, and no row can slip in behind one.

No row of the totals is touched by those who write letters and pledges: they do not wait for each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    delete,
    func,
    literal,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from campaign.database import insert_or_add, is_postgresql
from campaign.models import Click, Message, Pledge, Total, click, message, pledge
from campaign.models.base import differs

BATCH = 1000
"""Rows that one transaction turns over at most: some hundredths of a second, in which nobody else writes."""

COUNTER = 5_271_930
"""The number of PostgreSQL's lock for the one who counts."""

NOUNS: dict[str, tuple[type[Any], str]] = {
    "letters": (Message, message.COUNTS),
    "pledges": (Pledge, pledge.COUNTS),
    "handovers": (Click, click.COUNTS),
}
"""Figure → the rows it counts, and the condition of those that count."""


class Cell(NamedTuple):
    """One cell of the totals; what does not apply is empty."""

    figure: str
    kind: str
    state: str
    partner: str


def is_behind(session: Session) -> bool:
    """Whether the totals lack anything: asked every second, without the database's only place for a writer."""
    return any(
        session.scalar(select(model.id).where(differs(counts)).limit(1)) is not None for model, counts in NOUNS.values()
    )


def bring_forward(session: Session, limit: int = BATCH) -> int:
    """Turn over up to `limit` rows and add them to the totals, or take them out. Returns how many rows it were.

    One at a time: on SQLite whoever has the write lock; on PostgreSQL a second one does nothing and returns 0.
    """
    if not _is_alone(session):
        return 0
    done = 0
    changes: Counter[Cell] = Counter()
    for figure, (model, counts) in NOUNS.items():
        if done == limit:
            break
        # On PostgreSQL rows that somebody is changing just now are left to the next turn. The others are held until
        # this one is committed; rows that refer to them may be inserted meanwhile.
        statement = select(model.id, model.counted, *_cell(figure, model)).where(differs(counts)).order_by(model.id)
        rows = session.execute(statement.limit(limit - done).with_for_update(skip_locked=True, key_share=True)).all()
        for counted in (False, True):
            ids = [row.id for row in rows if row.counted is counted]
            turn = update(model).where(model.id.in_(ids)).values(counted=not counted)
            session.execute(turn, execution_options={"synchronize_session": False})
        for _id, counted, *cell in rows:
            changes[Cell(*cell)] += -1 if counted else 1
        done += len(rows)
    _add(session, changes)
    return done


def differences(session: Session) -> dict[Cell, int]:
    """By how much each cell of the totals is short of the rows marked as counted. Empty when all is well.

    One statement, so that all of it is seen at one moment, whoever counts meanwhile.
    """
    cells: Sequence[Any] = (Total.figure, Total.kind, Total.state, Total.partner)
    parts: list[Select[Any]] = [select(*cells, (-Total.n).label("n"))]
    for figure, (model, _counts) in NOUNS.items():
        cell = _cell(figure, model)
        parts.append(select(*cell, func.count().label("n")).where(model.counted).group_by(*cell[1:]))
    *cells, n = union_all(*parts).subquery().columns
    found = session.execute(select(*cells, func.sum(n)).group_by(*cells).having(func.sum(n) != 0))
    return {Cell(*row[:4]): int(row[4]) for row in found}


def compare(session: Session) -> dict[Cell, int]:
    """Recount by the rows, put the totals right where they differ, and return these differences as `differences`."""
    _wait_until_alone(session)
    found = differences(session)
    _add(session, Counter(found))
    return found


def delete_rows(session: Session, figure: str, condition: ColumnElement[bool]) -> int:
    """Delete rows of what a figure counts, and take them out of the totals. Returns how many rows it were."""
    _wait_until_alone(session)  # before a row is read: what is marked as counted must not change under the deletion
    model, _counts = NOUNS[figure]
    gone = delete(model).where(condition).returning(model.counted, *_cell(figure, model))
    rows = session.execute(gone, execution_options={"synchronize_session": False}).all()
    changes: Counter[Cell] = Counter()
    changes.subtract(Cell(*cell) for counted, *cell in rows if counted)
    _add(session, changes)
    return len(rows)


def _cell(figure: str, model: type[Any]) -> list[Any]:
    kind = model.kind if figure == "pledges" else literal("", String)
    return [
        literal(figure, String).label("figure"),
        kind.label("kind"),
        func.coalesce(model.state, "").label("state"),
        func.coalesce(model.partner, "").label("partner"),
    ]


def _add(session: Session, changes: Counter[Cell]) -> None:
    rows = [cell._asdict() | {"n": n} for cell, n in sorted(changes.items()) if n]
    insert_or_add(session, Total, rows, unique=Cell._fields, number="n")


def _is_alone(session: Session) -> bool:
    if not is_postgresql(session):
        return True
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": COUNTER}))


def _wait_until_alone(session: Session) -> None:
    if is_postgresql(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": COUNTER})
