"""Hand-overs to a donation page. The page itself stands in `letters/destinations.toml`, and nowhere else."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import date, datetime

from sqlalchemy.orm import Session

from campaign.database import insert_all
from campaign.keys import Keys
from campaign.models import Click

_HALF = 32
"""Hexadecimal digits of an id, and as many of its signature: 128 bits each."""


def new_token(keys: Keys) -> str:
    """The id of a hand-over as it goes along to the donation page: 64 hexadecimal digits, random and signed.

    No capitals and no punctuation: donation pages shorten, fold and refuse what they do not know.
    """
    random = secrets.token_hex(_HALF // 2)
    return random + _signature(keys, random)


def parse_token(keys: Keys, text: str) -> str | None:
    """An id of ours as we stored it, however it was capitalized on the way; None if we never signed it."""
    token = text.strip().lower()
    if not re.fullmatch(r"[0-9a-f]{64}", token):
        return None
    return token if hmac.compare_digest(token[_HALF:], _signature(keys, token[:_HALF])) else None


def _signature(keys: Keys, random: str) -> str:
    # Under the key that never changes: gifts are told months later, when the others may have been renewed.
    return keys.fingerprint("click", random)[:_HALF]


def record_click(
    session: Session,
    destination: str,
    *,
    day: date,
    now: datetime,
    partner: str | None = None,
    letter: str | None = None,
    state: str | None = None,
    source: str | None = None,
    by: str = "person",
    token: str | None = None,
) -> None:
    """Count one hand-over. Nothing is kept about who it was.

    Args:
        source: the link by which they came, in the words of whoever made it.
        by: who asked, one of `click.ASKERS`.
        token: the id that goes along, where the page wants one.
    """
    whence = {"partner": partner, "letter": letter, "state": state, "source": source}
    click = {"destination": destination, **whence, "by": by, "token": token, "day": day, "created_at": now}
    insert_all(session, Click, [click])
