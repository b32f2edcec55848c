"""People who act, known by an email address or not at all."""

from __future__ import annotations

from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaign.database import insert_once
from campaign.errors import Malformed
from campaign.keys import Keys
from campaign.models import Supporter


def parse_email(text: str) -> str:
    """An email address, checked for its form and normalized.

    Raises:
        Malformed: it cannot be an address. Whether it exists is not asked here.
    """
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise Malformed("Enter an email address like name@example.org.", field="email") from None


def find_or_add(session: Session, keys: Keys, email: str, *, may_contact: bool, now: datetime) -> int:
    """The id of the supporter with this address. Agreeing to be written to is recorded; it is not taken back here."""
    email_hash = keys.fingerprint("email", email.casefold())
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
