"""Mails between the request that asks for them and the server that takes them: rows, claimed one worker at a time."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaign import mail
from campaign.keys import Keys
from campaign.models import Mail

A_DAY = 3
"""Mails of one kind that an address gets within a day, whoever asks for them."""

LEASE = timedelta(minutes=5)
"""How long a mail that was claimed is left to whoever claimed it; then that worker is taken to be dead."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440))
"""After each failed try. When they are used up, the mail is given up."""


def enqueue(session: Session, keys: Keys, kind: str, email: str, subject: str, text: str, *, now: datetime) -> bool:
    """Store a mail for the worker to send. Says False, and stores nothing, where the address has had enough today."""
    email_hash = keys.fingerprint("email", email.casefold())
    today = select(func.count()).where(
        Mail.email_hash == email_hash, Mail.kind == kind, Mail.created_at > now - timedelta(days=1)
    )
    if (session.scalar(today) or 0) >= A_DAY:
        return False
    sealed = keys.seal(json.dumps({"to": email, "subject": subject, "text": text}))
    session.add(Mail(kind=kind, email_hash=email_hash, sealed=sealed, due_at=now, tries=0, created_at=now))
    return True


def claim(session: Session, keys: Keys, host: str, *, now: datetime, limit: int = 20) -> list[tuple[int, mail.Mail]]:
    """The mails that are due, with their rows' ids, the longest due first; nobody else gets them while the lease lasts.

    Args:
        host: for the Message-IDs, which are the same at every try: a repeat after a crash is told by them.
    """
    due = (
        select(Mail)
        .where(Mail.due_at <= now, Mail.sealed.is_not(None))
        .order_by(Mail.due_at, Mail.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = []
    for row in session.scalars(due).all():
        row.due_at, row.tries = now + LEASE, row.tries + 1
        kept = json.loads(keys.unseal(row.sealed or b""))
        name = f"{row.id}.{keys.fingerprint('mail', f'{row.id}')[:24]}@{host}"
        claimed.append((row.id, mail.Mail(name, kept["to"], kept["subject"], kept["text"], row.created_at)))
    return claimed


def sent(session: Session, mail_id: int, *, now: datetime) -> None:
    """Record that a server has taken a mail. Its text is destroyed."""
    row = session.get(Mail, mail_id)
    if row:  # else its addressee has erased everything meanwhile
        row.sent_at, row.sealed, row.due_at, row.failure = now, None, None, None


def refused(session: Session, mail_id: int, reason: str, *, permanent: bool, now: datetime) -> None:
    """Record that a mail was not taken: it is tried again after a pause, or given up, and its text destroyed."""
    row = session.get(Mail, mail_id)
    if row is None:
        return
    row.failure = reason[:200]
    if permanent or row.tries > len(PAUSES):
        row.sealed, row.due_at = None, None
    else:
        row.due_at = now + PAUSES[row.tries - 1]
