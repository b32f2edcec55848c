"""Forgetting people: one who asks for it, or all of them when the campaign is long over. Counts remain."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from campaign import counting, emails
from campaign.errors import NotFound
from campaign.keys import Keys
from campaign.models import ConfirmLink, Delivery, Mail, Message, Pledge, Supporter

AFTER_TERM = timedelta(days=30)
"""How long people are known after the campaign's last day, so that what they did in it can still come to its end."""


def erase(session: Session, supporter_id: int) -> None:
    """Forget a person. What remains are counts: of what kind, on what day, in which state, through which partner."""
    # Before anything is held: whoever counts waits for nobody who waits for them.
    counting.wait_until_alone(session)
    # Held on PostgreSQL before anything is read: what somebody writes or pledges at this moment is then seen here, or
    # comes after, from somebody who is new.
    supporter = session.get(Supporter, supporter_id, with_for_update=True)
    if supporter is None:  # forgotten by another meanwhile
        return
    own = Message.supporter_id == supporter_id
    counting.delete_rows(session, "deliveries", Delivery.message_id.in_(select(Message.id).where(own)))
    counting.forget_source(session, "letters", own)  # a link may have been made for one person
    counting.forget_source(session, "pledges", Pledge.supporter_id == supporter_id)
    written = session.scalars(select(Message).where(own)).all()
    for message in written:
        message.sealed = message.supporter_id = message.house_seat = None
        message.may_print = message.may_quote = False
        message.wording = None
        message.content_hash = ""
        message.network_hash = message.domain_hash = message.words_hash = None
        message.quarantined_at = _midnight(message.day) if message.quarantined_at else None
        message.quarantined_for = None  # it may lead to a batch, and so to what it was found by
        message.created_at = message.text_until = _midnight(message.day)
    for pledge in session.scalars(select(Pledge).where(Pledge.supporter_id == supporter_id)):
        pledge.supporter_id = pledge.message_id = pledge.name_hash = pledge.zip_hash = None
        pledge.network_hash = pledge.domain_hash = pledge.words_hash = pledge.quarantined_for = None
        pledge.created_at = _midnight(pledge.day)
        for name in ("confirmed_at", "fulfilled_at", "withdrawn_at", "quarantined_at"):
            setattr(pledge, name, _midnight(pledge.day) if getattr(pledge, name) else None)
    session.execute(update(Pledge).where(Pledge.message_id.in_([m.id for m in written])).values(message_id=None))
    for row in (Mail, ConfirmLink):
        session.execute(delete(row).where(row.email_hash == supporter.email_hash))
    session.delete(supporter)  # and with them what they agreed to


def erase_after_term(session: Session, most: int) -> int:
    """Forget up to so many of all supporters: the campaign is over. Returns how many."""
    ids = session.scalars(select(Supporter.id).order_by(Supporter.id).limit(most)).all()
    for supporter_id in ids:
        erase(session, supporter_id)
    return len(ids)


def erase_address(session: Session, keys: Keys, email: str) -> None:
    """Forget whoever has this address, for those who write in and ask for it.

    Raises:
        NotFound: nothing is kept under it.
    """
    email_hash = emails.fingerprint(keys, email)
    supporter_id = session.scalar(select(Supporter.id).where(Supporter.email_hash == email_hash))
    if supporter_id is None:
        raise NotFound("Nothing is kept under this address.")
    erase(session, supporter_id)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
