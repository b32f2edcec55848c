"""People who act, known by an email address or not at all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign import consents, emails
from campaign.consents import CONTACT, SHARE
from campaign.database import insert_once
from campaign.keys import Keys
from campaign.models import Supporter


def find_or_add(
    session: Session, keys: Keys, email: str, *, may_contact: bool, share_with: str | None = None, now: datetime
) -> int:
    """The id of the supporter with this address. What is ticked is recorded as a wish, see `consents`.

    Args:
        share_with: code of the partner that may have the address.
    """
    email_hash = emails.fingerprint(keys, email)
    values = {"email_hash": email_hash, "sealed_email": keys.seal(email), "created_at": now}
    # Held on PostgreSQL until the commit: of two who pledge under one address at the same moment, the second has to see
    # what the first one has mailed. Before anything else is, or each of them could wait for the other.
    held = select(Supporter.id).where(Supporter.email_hash == email_hash).with_for_update(key_share=True)
    supporter_id: int | None = None
    while supporter_id is None:  # there, and forgotten by another before it could be held: then they are new
        supporter_id = insert_once(session, Supporter, values, unique=("email_hash",)) or session.scalar(held)
    agreed = [(CONTACT, "")] if may_contact else []
    agreed += [(SHARE, share_with)] if share_with else []
    consents.wish(session, supporter_id, agreed, now=now)
    return supporter_id
