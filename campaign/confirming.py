"""Confirming a pledge by mail: the link goes to the address under which it was made, and whoever reads it presses a
button. Until then the pledge counts nowhere in public: anybody may have typed the address.

A link is for all that waits under one address, and works for `LINK_LIFE`. A reminder with the same link is put into the
outbox at once, to leave after `REMIND_AFTER`, and is taken out again when somebody confirms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, delete, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaign import consents, counting, emails, pledges
from campaign.consents import Purpose
from campaign.database import changed, insert_all
from campaign.delivery import outbox
from campaign.errors import NotFound
from campaign.keys import Keys, link_hash, link_token
from campaign.models import ConfirmLink, Mail, Message, Moment, Pledge, Supporter

LINK_LIFE = pledges.WAITS

REMIND_AFTER = timedelta(days=3)

MAIL, REMINDER = "confirm", "reminder"
"""The kinds of mail."""

Write = Callable[[str, Sequence[str], bool], tuple[str, str]]
"""Makes subject and text of a mail from the link's token, the kinds pledged, and whether it is the reminder."""


@dataclass(frozen=True, slots=True)
class Waits:
    """A pledge that waits, as whoever confirms it sees it."""

    id: int
    kind: str
    state: str
    second: bool
    """Whether it is the second one of its kind in this mailbox: made under another name, or by another person."""

    @property
    def mark(self) -> str:
        """What tells it from others, and from itself when it was made anew meanwhile for another state."""
        return f"{self.id}-{self.state}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a link is about."""

    pledges: tuple[Waits, ...]
    """What waits to be confirmed, in the order in which it was pledged."""
    confirmed: tuple[str, ...]
    """The kinds that are confirmed already, each once."""
    asked: dict[Purpose, bool]
    """What was ticked under this address, and whether its owner has said so themselves."""


_LINKS = select(ConfirmLink.created_at).where(ConfirmLink.email_hash == bindparam("email_hash"))
_REMINDERS = select(Mail.id).where(Mail.email_hash == bindparam("email_hash"), Mail.kind == REMINDER)
_KNOWN = select(
    Supporter.sealed_email,
    _LINKS.order_by(ConfirmLink.id.desc()).limit(1).scalar_subquery(),
    _REMINDERS.exists(),
).where(Supporter.email_hash == bindparam("email_hash"))
"""The sealed address, when its newest link was made, and whether a reminder was ever written to it. Made once: it is
asked for each pledge."""


def ask(session: Session, keys: Keys, email: str, write: Write, *, now: datetime) -> None:
    """Mail a link to confirm what waits under an address, if anything does; and put the reminder in the queue.

    At most so many a day go to one address, whoever asks; whoever asks learns nothing of it.
    """
    email_hash = emails.fingerprint(keys, email)
    connection = session.connection()
    pledged = connection.execute(_unconfirmed(), {"email_hash": email_hash, "since": now - LINK_LIFE}).all()
    known = connection.execute(_KNOWN, {"email_hash": email_hash}).one_or_none()
    if known is None:  # a form that is sent once more, whose writer has another address now or is erased
        return
    sealed, newest, reminded = known
    # A link from the future is of a clock that was wrong.
    again = newest is not None and -outbox.DAY < now - newest < pledges.REPEAT
    if not pledged or (again and all(row.created_at <= newest for row in pledged)):
        return
    token, kinds = link_token(), _once(row.kind for row in pledged)
    to = keys.unseal(sealed)
    if not outbox.enqueue(session, keys, MAIL, to, *write(token, kinds, False), now=now):
        return
    insert_all(session, ConfirmLink, [{"email_hash": email_hash, "token_hash": link_hash(token), "created_at": now}])
    if not reminded:
        subject, text = write(token, kinds, True)
        outbox.enqueue(session, keys, REMINDER, to, subject, text, now=now, due_at=now + REMIND_AFTER)


def waiting(session: Session, token: str, now: datetime) -> Waiting:
    """What a link is about.

    Raises:
        NotFound: there is no such link, or its time is over.
    """
    email_hash = _find(session, token, now).email_hash
    columns = (Pledge.id, Pledge.kind, Pledge.state, Pledge.confirmed_at, Pledge.withdrawn_at)
    kept = [row for row in session.execute(_pledges(email_hash, *columns)) if row.withdrawn_at is None]
    supporter_id = session.scalar(select(Supporter.id).where(Supporter.email_hash == email_hash))
    given = consents.of(session, supporter_id) if supporter_id else []
    open_pledges = [row for row in kept if row.confirmed_at is None]
    return Waiting(
        tuple(
            Waits(row.id, row.kind, row.state, second=row.kind in [other.kind for other in kept if other.id < row.id])
            for row in open_pledges
        ),
        _once(row.kind for row in kept if row.confirmed_at is not None),
        {(one.purpose, one.partner): one.holds for one in given},
    )


def confirm(session: Session, token: str, seen: Iterable[str], said: Mapping[Purpose, bool], *, now: datetime) -> int:
    """Confirm pledges that wait under the link's address. Returns how many did; a repeat is none.

    Args:
        seen: the marks of those that whoever confirms has seen and means; one that was added, or made anew for another
            state, meanwhile goes on waiting.
        said: what they agree to, and what not. What anybody had ticked under their address gives way.

    Raises:
        NotFound: there is no such link, or its time is over.
    """
    link, marks = _find(session, token, now), set(seen)
    # Held first, as by everybody who changes what is a supporter's: no two can wait for each other.
    held = select(Supporter.id).where(Supporter.email_hash == link.email_hash).with_for_update(key_share=True)
    supporter_id = session.scalar(held)
    if supporter_id is None:
        return 0
    rows = session.execute(_pledges(link.email_hash, Pledge.id, Pledge.kind, Pledge.state).where(_waits(now))).all()
    meant = [row for row in rows if Waits(row.id, row.kind, row.state, second=False).mark in marks]
    confirmed = 0
    for row in meant:
        # Looked at once more: of two who press the button at the same moment, on PostgreSQL both have found these rows.
        own = update(Pledge).where(Pledge.id == row.id, Pledge.state == row.state, _waits(now))
        confirmed += changed(session.execute(own.values(confirmed_at=now)))
    if confirmed:
        consents.settle(session, supporter_id, said, now=now)
        session.execute(delete(Mail).where(Mail.email_hash == link.email_hash, _not_yet_sent()))
    return confirmed


def withdraw(session: Session, supporter_id: int, pledge_id: int, *, now: datetime) -> None:
    """Take a pledge back. Where nothing waits any more, nobody is reminded of it.

    Raises:
        NotFound: they have no such pledge, or have withdrawn it before.
    """
    pledges.withdraw(session, supporter_id, pledge_id, now=now)
    email_hash = session.scalars(select(Supporter.email_hash).where(Supporter.id == supporter_id)).one()
    if session.execute(_pledges(email_hash, Pledge.id).where(_waits(now)).limit(1)).first() is None:
        session.execute(delete(Mail).where(Mail.email_hash == email_hash, _not_yet_sent()))


def unconfirmed(session: Session, model: type[Any], now: datetime, after: int, most: int) -> Sequence[int]:
    """Ids of what is to be forgotten of one of `FORGOTTEN`, above an id. Reads only: nobody waits for that."""
    found = select(model.id).where(model.id > after, _is_over(model, now)).order_by(model.id).limit(most)
    return session.scalars(found).all()


def forget_unconfirmed(session: Session, model: type[Any], ids: Sequence[int], now: datetime) -> int:
    """Forget these, as far as nobody has confirmed them meanwhile. Returns how many."""
    over = model.id.in_(ids) & _is_over(model, now)
    if model is Pledge:
        return counting.delete_rows(session, "pledges", over)
    if model is Supporter:
        # Held on PostgreSQL, and looked at once more: who pledges at this moment holds theirs, and stays. A deletion
        # that waited for them would go by what it saw before, and leave their pledge behind without its maker.
        over &= model.id.in_(session.scalars(select(model.id).where(over).with_for_update(skip_locked=True)).all())
    return changed(session.execute(delete(model).where(over), execution_options={"synchronize_session": False}))


FORGOTTEN = (Mail, ConfirmLink, Pledge, Supporter)
"""What goes when nobody has confirmed in time: mails with a link that is over and have not left, the links, the
pledges, and then whoever is known by nothing else."""


def _is_over(model: type[Any], now: datetime) -> ColumnElement[bool]:
    over: ColumnElement[bool] = model.created_at <= now - LINK_LIFE
    if model is Mail:
        return over & Mail.kind.in_((MAIL, REMINDER)) & Mail.sealed.is_not(None)
    if model is Pledge:
        return over & Pledge.confirmed_at.is_(None)
    if model is Supporter:
        kept = (select(noun.id).where(noun.supporter_id == Supporter.id).exists() for noun in (Pledge, Message))
        return and_(over, *(~there for there in kept))
    return over


def _find(session: Session, token: str, now: datetime) -> ConfirmLink:
    link = session.scalar(select(ConfirmLink).where(ConfirmLink.token_hash == link_hash(token)))
    if link is None or link.created_at + LINK_LIFE <= now:
        raise NotFound("This link does not work any more. Pledge once more, and a new one comes.")
    return link


@cache
def _unconfirmed() -> Any:
    """What waits under an address since a moment. Made once, as `_KNOWN` is."""
    own = _pledges(bindparam("email_hash"), Pledge.kind, Pledge.created_at)
    return own.where(_waits_since(bindparam("since", type_=Moment)))


def _pledges(email_hash: str | BindParameter[str], *columns: InstrumentedAttribute[Any]) -> Any:
    return (
        select(*columns)
        .join_from(Pledge, Supporter, Pledge.supporter_id == Supporter.id)
        .where(Supporter.email_hash == email_hash)
        .order_by(Pledge.id)
    )


def _waits(now: datetime) -> ColumnElement[bool]:
    return _waits_since(now - LINK_LIFE)


def _waits_since(moment: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return Pledge.confirmed_at.is_(None) & Pledge.withdrawn_at.is_(None) & (Pledge.created_at > moment)


def _not_yet_sent() -> ColumnElement[bool]:
    return (Mail.kind == REMINDER) & Mail.sent_at.is_(None) & Mail.failed_at.is_(None) & (Mail.tries == 0)


def _once(kinds: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kinds))
