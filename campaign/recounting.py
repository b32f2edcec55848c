"""Everything counted anew, from the rows as they are marked: whether the totals are right, and what puts them right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, case, func, literal_column, select, update
from sqlalchemy.orm import Session

from campaign import cells, counting
from campaign.cells import Amount, Cell, Whence
from campaign.database import is_postgresql
from campaign.models import Click, Delivery, Gift, Message, Pledge, Total, delivery, message
from campaign.models.base import differs
from campaign.turning import NOUNS

LETTERS = (Message.counted >= message.UNMEASURED) & (Message.counted != message.QUARANTINED)
"""The condition of the messages that are marked as letters."""


def differences(session: Session) -> dict[Cell, int]:
    """By how much each cell of the totals is short of what the rows say. Empty when all is well.

    To be asked in a session that has read nothing yet, so that all of it is seen at one moment, whoever counts
    meanwhile.
    """
    if is_postgresql(session):
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return _differences(session)


def compare(session: Session) -> dict[Cell, int]:
    """Put the totals right where they differ from the rows, and return these differences as `differences`."""
    counting.wait_until_alone(session)
    found = _differences(session)
    counting.add(session, Counter(found))
    return found


def recount(session: Session) -> None:
    """Mark every row as what it counts as, and put the totals right; for a campaign at rest, since it takes long."""
    counting.wait_until_alone(session)
    for noun in NOUNS.values():
        right = update(noun.model).where(differs(noun.counts_as)).values(counted=literal_column(noun.counts_as))
        session.execute(right, execution_options={"synchronize_session": False})
    counting.add(session, Counter(_differences(session)))


def _differences(session: Session) -> dict[Cell, int]:
    short: Counter[Cell] = Counter()
    for amount, n in _amounts(session):
        short.update(cells.spread(Counter({amount: n})))
    for *cell, n in session.execute(select(*counting.columns(), Total.n)):
        short[Cell(*cell)] -= n
    return {cell: n for cell, n in short.items() if n}


def _amounts(session: Session) -> Iterator[tuple[Amount, int]]:
    """What the rows say that are marked; those that are told apart in the same way, in one amount."""
    whence = [getattr(Message, name) for name in Whence._fields]
    said = Delivery.counted

    def found(statement: Select[Any], *by: Any) -> Iterator[Any]:
        """Rows of a statement, the columns that tell them apart first."""
        columns = [column for part in by for column in (part if isinstance(part, list) else [part])]
        yield from session.execute(statement.add_columns(*columns).group_by(*columns).execution_options(yield_per=1000))

    is_letter = case((LETTERS, message.UNMEASURED), else_=Message.counted)
    for n, counted, *of in found(select(func.count()), is_letter, whence):
        for figure, kind in cells.of_letter(counted):
            yield Amount(Whence(*of), figure, kind), n
    for n, counted, partner in found(
        select(func.count()).where(Message.counted >= message.MEASURED), Message.counted, Message.partner
    ):
        yield Amount(Whence(partner=partner), "originality", str(counted - message.MEASURED)), n

    spoken = select(func.count()).join_from(Delivery, Message, Message.id == Delivery.message_id).where(LETTERS)
    for n, counted, seat in found(spoken, said, Delivery.seat):
        reached = ["reached"] if counted & delivery.REACHED else []
        for figure in ("letters", *reached, *cells.of_delivery(counted)):
            yield Amount(Whence(), figure, seat=seat), n
    for n, counted, *of in found(spoken.where(said != 0), said, whence):
        for figure in cells.of_delivery(counted):
            yield Amount(Whence(*of), figure), n
    heard = select(Delivery.message_id).where(said.bitwise_and(delivery.REACHED) != 0)
    for n, *of in found(select(func.count()).where(LETTERS, Message.id.in_(heard)), whence):
        yield Amount(Whence(*of), "reached"), n

    of_pledge = [getattr(Pledge, name) for name in Whence._fields]
    for n, counted, kind, *of in found(
        select(func.count()).where(Pledge.counted != 0), Pledge.counted, Pledge.kind, of_pledge
    ):
        yield Amount(Whence(*of), cells.OF_PLEDGES[counted], kind), n
    of_click = [getattr(Click, name) for name in Whence._fields]
    for n, counted, *of in found(select(func.count()).where(Click.counted != 0), Click.counted, of_click):
        yield Amount(Whence(*of), cells.OF_CLICKS[counted]), n
    money: Any = select(func.count(), func.sum(Gift.cents)).join_from(
        Gift, Click, Click.id == Gift.click_id, isouter=True
    )
    for n, cents, counted, *of in found(money.where(Gift.counted != 0), Gift.counted, of_click):
        for figure, amount in zip(cells.OF_GIFTS[counted], (n, int(cents)), strict=True):
            yield Amount(Whence(*of), figure), amount
