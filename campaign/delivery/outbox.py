"""Mail that is to leave. The rows are the queue: a worker takes those that are due in hand, sends, and records.

A row that is in hand is due again when its lease is over. So a worker that is killed loses nothing; it may have sent a
mail that it did not record, which then goes out once more, with the same Message-ID.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from campaign import emails
from campaign.database import changed, insert_all
from campaign.keys import Keys
from campaign.mail import Mail
from campaign.models import Mail as Row
from campaign.models import Moment

MOST = 3
"""Mails of one kind to one address within a day. Whoever types another's address can annoy them no further."""

DAY = timedelta(hours=24)

LEASE = timedelta(minutes=5)
"""How long a worker has a mail in hand. Longer than sending all that it takes at once can last."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440))
"""How long to wait after each try that failed. After one more, a mail is given up."""

FAILURE_LENGTH = 200

KEPT = timedelta(days=30)
"""How long it can be seen what became of a mail."""


@dataclass(frozen=True, slots=True, repr=False)
class Claimed:
    """A mail that a worker has in hand, still encrypted."""

    id: int
    kind: str
    sealed: bytes
    created_at: datetime


_RECENT = select(func.count()).where(
    Row.email_hash == bindparam("email_hash"),
    Row.kind == bindparam("kind"),
    Row.created_at > bindparam("after", type_=Moment),
    Row.created_at < bindparam("before", type_=Moment),
)
"""How many mails of a kind have been written to an address. Made once: it is asked for each pledge."""


def enqueue(
    session: Session,
    keys: Keys,
    kind: str,
    email: str,
    subject: str,
    text: str,
    *,
    now: datetime,
    due_at: datetime | None = None,
) -> bool:
    """Store a mail to be sent. Says False, and stores nothing, where its address has had enough of the kind.

    Args:
        email: a normalized address, see `emails.parse_email`.
        due_at: when it is to leave; at once unless given.
    """
    email_hash = emails.fingerprint(keys, email)
    # On both sides of now: a clock may have been put back, but not by days, unless it was wrong.
    recent = {"email_hash": email_hash, "kind": kind, "after": now - DAY, "before": now + DAY}
    if session.connection().execute(_RECENT, recent).scalar_one() >= MOST:
        return False
    sealed = keys.seal(json.dumps({"to": email, "subject": subject, "text": text}))
    values = {"kind": kind, "email_hash": email_hash, "sealed": sealed, "due_at": due_at or now, "tries": 0}
    insert_all(session, Row, [values | {"created_at": now}])
    return True


def pretend(session: Session, keys: Keys, kind: str, email: str, subject: str, text: str, *, now: datetime) -> None:
    """Do what `enqueue` does, and leave nothing: so that the time it takes does not tell that no mail leaves."""
    sealed = keys.seal(json.dumps({"to": email, "subject": subject, "text": text}))
    values = {"kind": kind, "email_hash": "", "sealed": sealed, "due_at": now, "tries": 0, "created_at": now}
    insert_all(session, Row, [values])
    session.execute(delete(Row).where(Row.email_hash == ""))


def is_waiting(session: Session, now: datetime) -> bool:
    """Whether any mail is due: asked every second, without the database's only place for a writer."""
    return session.scalar(select(Row.id).where(_due(now)).limit(1)) is not None


def claim(session: Session, now: datetime, limit: int = 20) -> list[Claimed]:
    """Take mails in hand that are due, the longest due first; no other worker gets them while the lease lasts."""
    rows = session.scalars(
        select(Row).where(_due(now)).order_by(Row.due_at, Row.id).limit(limit).with_for_update(skip_locked=True)
    ).all()
    claimed = []
    for row in rows:
        if row.tries > len(PAUSES):  # in hand at its last try, when the worker was killed
            _finish(session, row.id, failed_at=now, failure="the worker was interrupted")
        elif row.sealed is not None:
            row.due_at = now + LEASE
            row.tries += 1
            claimed.append(Claimed(row.id, row.kind, row.sealed, row.created_at))
    return claimed


def open_claimed(keys: Keys, claimed: Claimed) -> Mail:
    """Decrypt a mail. Its id follows from its number, and cannot be guessed from it.

    Raises:
        Misconfigured: no key at hand opens it.
    """
    kept = json.loads(keys.unseal(claimed.sealed))
    message_id = f"{claimed.id}.{keys.fingerprint('mail', str(claimed.id))[:32]}"
    return Mail(kept["to"], kept["subject"], kept["text"], message_id, claimed.created_at)


def sent(session: Session, mail_id: int, now: datetime) -> None:
    """Record that a mail was accepted, and destroy its text."""
    _finish(session, mail_id, sent_at=now, failure=None)


def refused(session: Session, mail_id: int, reason: str, permanent: bool, now: datetime) -> None:
    """Record that a mail was not accepted: it is tried again after a pause, or given up and its text destroyed.

    Args:
        reason: without a word of the mail itself.
        permanent: whether another try makes no sense.
    """
    row = session.get(Row, mail_id)
    if row is None or row.sealed is None:
        return
    failure = reason[:FAILURE_LENGTH]
    if permanent or row.tries > len(PAUSES):
        _finish(session, mail_id, failed_at=now, failure=failure)
    else:
        row.failure = failure
        row.due_at = now + PAUSES[max(row.tries, 1) - 1]


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(Row.sent_at.is_(None), Row.failed_at.is_(None), Row.due_at <= now)


def _finish(session: Session, mail_id: int, **values: datetime | str | None) -> None:
    unfinished = (Row.id == mail_id, Row.sent_at.is_(None), Row.failed_at.is_(None))
    session.execute(update(Row).where(*unfinished).values(sealed=None, **values))


def forget(session: Session, now: datetime) -> int:
    """Delete the rows of mails that are done with and older than `KEPT`. Returns how many."""
    done = delete(Row).where(Row.sealed.is_(None), Row.created_at <= now - KEPT)
    return changed(session.execute(done))
