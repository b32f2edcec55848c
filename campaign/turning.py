"""What it means for the totals that a row counts as something else than before, noun by noun."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign import cells
from campaign.cells import Amount, Amounts, Whence
from campaign.models import Click, Delivery, Gift, Message, Pledge, click, delivery, gift, message, pledge


class Turn(NamedTuple):
    """A row, as what it has counted so far and as what it counts from now on; 0 is not at all."""

    id: int
    was: int
    now: int
    whence: Whence = Whence()
    more: Any = None
    """What else its noun needs to know."""

    def moved(self) -> tuple[Turn, Turn]:
        """The same row taken out of the totals, and brought in again without its link."""
        return self._replace(now=0), self._replace(was=0, now=self.was, whence=self.whence._replace(source=None))


Add = Callable[[Session, list[Turn], Amounts, bool], None]


@dataclass(frozen=True, slots=True)
class Noun:
    """One of the nouns whose rows are counted."""

    model: type[Any]
    counts_as: str
    more: tuple[Any, ...]
    """Columns that its amounts need beside those of `Whence`."""
    _add: Add
    has_whence: bool = True

    @property
    def columns(self) -> list[Any]:
        """What is read of a row, after its id and as what it counted and counts."""
        return [*(getattr(self.model, name) for name in Whence._fields if self.has_whence), *self.more]

    def turn(self, row_id: int, was: int, now: int, *columns: Any) -> Turn:
        whence = Whence(*columns[: len(Whence._fields)]) if self.has_whence else Whence()
        return Turn(row_id, was, now, whence, columns[len(Whence._fields) if self.has_whence else 0 :])

    def add(self, session: Session, turns: list[Turn], amounts: Amounts, *, gone: bool = False) -> None:
        """Add what turns mean, before they are marked; `gone` where the rows are about to be deleted."""
        if turns:
            self._add(session, turns, amounts, gone)

    def move(self, session: Session, turns: list[Turn], amounts: Amounts) -> None:
        """Add what it means that these rows lose their link, and with them what is counted where they are."""
        for parts in zip(*(turn.moved() for turn in turns), strict=True):
            self._add(session, list(parts), amounts, False)
            if self.model is Click:
                _of_clicks_gifts(session, list(parts), amounts)


def _add_letters(session: Session, turns: list[Turn], amounts: Amounts, _gone: bool) -> None:
    for turn in turns:
        for counted, sign in ((turn.was, -1), (turn.now, 1)):
            for figure, kind in cells.of_letter(counted):
                amounts[Amount(turn.whence, figure, kind)] += sign
    # What is said of their deliveries comes and goes with them.
    changed = [turn for turn in turns if cells.is_letter(turn.was) != cells.is_letter(turn.now)]
    spoken = _deliveries(session, (turn.id for turn in changed))
    for turn in changed:
        sign = 1 if cells.is_letter(turn.now) else -1
        for seat, counted in spoken[turn.id].values():
            amounts[Amount(Whence(), "letters", seat=seat)] += sign
            _add_said(amounts, turn.whence, seat, counted, sign)
        if _is_reached(counted for _seat, counted in spoken[turn.id].values()):
            amounts[Amount(turn.whence, "reached")] += sign


def _add_deliveries(session: Session, turns: list[Turn], amounts: Amounts, gone: bool) -> None:
    """Each has the id of its message and its seat beside it."""
    ids = {turn.more[0] for turn in turns}
    columns = (Message.id, Message.counted, *(getattr(Message, name) for name in Whence._fields))
    found = session.execute(select(*columns).where(Message.id.in_(ids)))
    letters = {number: Whence(*whence) for number, counted, *whence in found if cells.is_letter(counted)}
    before = _deliveries(session, letters)
    after = {number: dict(spoken) for number, spoken in before.items()}
    for turn in turns:
        message_id, seat = turn.more
        if message_id not in letters:
            continue
        _add_said(amounts, letters[message_id], seat, turn.was, -1)
        _add_said(amounts, letters[message_id], seat, turn.now, 1)
        after[message_id][turn.id] = (seat, turn.now)
        if gone:
            amounts[Amount(Whence(), "letters", seat=seat)] -= 1
    for number, whence in letters.items():
        reached = [_is_reached(counted for _seat, counted in said[number].values()) for said in (before, after)]
        amounts[Amount(whence, "reached")] += reached[1] - reached[0]


def _deliveries(session: Session, messages: Iterable[int]) -> dict[int, dict[int, tuple[str, int]]]:
    """The deliveries of messages: by id their seat, and as what they are marked."""
    rows = select(Delivery.message_id, Delivery.id, Delivery.seat, Delivery.counted)
    found: dict[int, dict[int, tuple[str, int]]] = defaultdict(dict)
    for message_id, number, seat, counted in session.execute(rows.where(Delivery.message_id.in_(list(messages)))):
        found[message_id][number] = (seat, counted)
    return found


def _add_said(amounts: Amounts, whence: Whence, seat: str, counted: int, sign: int) -> None:
    for word in cells.of_delivery(counted):
        amounts[Amount(whence, word)] += sign
        amounts[Amount(Whence(), word, seat=seat)] += sign
    if _is_reached([counted]):
        amounts[Amount(Whence(), "reached", seat=seat)] += sign


def _is_reached(said: Iterable[int]) -> bool:
    return any(counted & delivery.REACHED for counted in said)


def _add_pledges(_session: Session, turns: list[Turn], amounts: Amounts, _gone: bool) -> None:
    """Each has its kind beside it."""
    for turn in turns:
        for counted, sign in ((turn.was, -1), (turn.now, 1)):
            if counted:
                amounts[Amount(turn.whence, cells.OF_PLEDGES[counted], turn.more[0])] += sign


def _add_clicks(_session: Session, turns: list[Turn], amounts: Amounts, _gone: bool) -> None:
    for turn in turns:
        for counted, sign in ((turn.was, -1), (turn.now, 1)):
            if counted:
                amounts[Amount(turn.whence, cells.OF_CLICKS[counted])] += sign


def _add_gifts(session: Session, turns: list[Turn], amounts: Amounts, _gone: bool) -> None:
    """Each has its amount in cents and the id of its click beside it: it is counted where that is."""
    columns = (Click.id, *(getattr(Click, name) for name in Whence._fields))
    rows = select(*columns).where(Click.id.in_([turn.more[1] for turn in turns]))
    clicks = {number: Whence(*whence) for number, *whence in session.execute(rows)}
    _add_money(amounts, [turn._replace(whence=clicks.get(turn.more[1], Whence())) for turn in turns])


def _of_clicks_gifts(session: Session, clicks: list[Turn], amounts: Amounts) -> None:
    """The gifts of clicks that come or go."""
    by_id = {turn.id: turn for turn in clicks}
    rows = select(Gift.id, Gift.counted, Gift.cents, Gift.click_id).where(Gift.click_id.in_(by_id), Gift.counted != 0)
    found: Iterable[Any] = session.execute(rows)
    for number, counted, cents, click_id in found:
        turn = by_id[click_id]
        was, now = (counted if turn.was else 0), (counted if turn.now else 0)
        _add_money(amounts, [Turn(number, was, now, turn.whence, (cents, click_id))])


def _add_money(amounts: Amounts, turns: list[Turn]) -> None:
    for turn in turns:
        for counted, sign in ((turn.was, -1), (turn.now, 1)):
            if counted:
                number, money = cells.OF_GIFTS[counted]
                amounts[Amount(turn.whence, number)] += sign
                amounts[Amount(turn.whence, money)] += sign * turn.more[0]


NOUNS = {
    "letters": Noun(Message, message.COUNTS_AS, (), _add_letters),
    "deliveries": Noun(
        Delivery, delivery.COUNTS_AS, (Delivery.message_id, Delivery.seat), _add_deliveries, has_whence=False
    ),
    "pledges": Noun(Pledge, pledge.COUNTS_AS, (Pledge.kind,), _add_pledges),
    "handovers": Noun(Click, click.COUNTS_AS, (), _add_clicks),
    "gifts": Noun(Gift, gift.COUNTS_AS, (Gift.cents, Gift.click_id), _add_gifts, has_whence=False),
}
"""In the order in which they are counted: letters before what is said of them, clicks before their gifts."""
