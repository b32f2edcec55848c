"""How often somebody may guess at a password, or at a code: ever more slowly, and nobody is locked out for good.

What is counted is the address that is tried, whether or not there is such an account. A link out of a mail, or from the
machine, always signs in: so whoever guesses under another's address keeps nobody away.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from campaign.database import changed, insert_or_add
from campaign.keys import Keys
from campaign.models import Attempts

FREE = 5
"""So many failures cost nothing: people mistype."""

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)
"""After one more it is to be waited for so long, then twice as long each time, and at most so long."""

FORGOTTEN = timedelta(hours=24)
"""After so long without a failure all are forgotten."""


def key(keys: Keys, what: str, who: str) -> str:
    """Under what attempts at a password, or at a code, are counted.

    Args:
        who: an account's number, or an address in its one spelling, see `organizers.spelled`.
    """
    return keys.fingerprint(f"attempts at {what}", who)


def attempt(session: Session, key_hash: str, *, now: datetime) -> bool:
    """Whether another attempt is looked at now. One that is counts as a failure until it is known to be none: so of
    many who come at once no more are looked at than one after the other."""
    values = {"key_hash": key_hash, "failures": 0, "last_at": now}
    insert_or_add(session, Attempts, [values], unique=("key_hash",), number="failures")  # now it is held on PostgreSQL
    row = session.scalars(select(Attempts).where(Attempts.key_hash == key_hash)).one()
    since = now - row.last_at
    if since >= FORGOTTEN:
        row.failures = 0
    if row.failures >= FREE:
        wait = min(FIRST_WAIT * 2 ** min(row.failures - FREE, 20), LONGEST_WAIT)
        if timedelta() <= since < wait:  # a clock may have been put back
            return False
    row.failures, row.last_at = row.failures + 1, now
    return True


def forget(session: Session, now: datetime) -> int:
    """Forget the failures that are long past. Returns under how many addresses."""
    return changed(session.execute(delete(Attempts).where(Attempts.last_at <= now - FORGOTTEN)))


def succeeded(session: Session, key_hash: str) -> None:
    """Forget the failures."""
    session.execute(delete(Attempts).where(Attempts.key_hash == key_hash))
