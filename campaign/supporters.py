"""People who act, known by an email address or not at all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaign import emails
from campaign.database import insert_once
from campaign.keys import Keys
from campaign.models import Supporter


def find_or_add(session: Session, keys: Keys, email: str, *, may_contact: bool, now: datetime) -> int:
    """The id of the supporter with this address. Agreeing to be written to is recorded; it is not taken back here."""
    email_hash = emails.fingerprint(keys, email)
    insert_once(
        session,
        Supporter,
        {"email_hash": email_hash, "sealed_email": keys.seal(email), "created_at": now},
        unique=("email_hash",),
    )
    supporter_id = session.scalars(select(Supporter.id).where(Supporter.email_hash == email_hash)).one()
    if may_contact:
        session.execute(
            update(Supporter)
            .where(Supporter.id == supporter_id, Supporter.may_contact_since.is_(None))
            .values(may_contact_since=now)
        )
    return supporter_id
