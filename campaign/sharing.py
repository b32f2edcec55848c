"""A partner's list of those who let it have their email address: asked for on its page, fetched behind a mailed link.

The link goes to the partner's contact address alone, so that whoever has come by the address of its page sees figures
and no more. It holds all of it, encrypted, works for an hour, and ends with that contact address.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from campaign import emails, partners
from campaign.delivery import outbox
from campaign.errors import Conflict, Forbidden, Misconfigured, NotFound, Problem
from campaign.keys import Keys
from campaign.partners import Partner

LINK_LIFE = timedelta(hours=1)

MAIL = "partner_list"
"""The kind of mail."""


class Enough(Problem):
    """As many of these mails have left as may in a day."""

    code = "too_many"
    status = 429


def ask(
    session: Session, keys: Keys, partner: Partner, write: Callable[[str], tuple[str, str]], *, now: datetime
) -> None:
    """Mail a link to the list to the partner's contact address; `write` makes subject and text from its token.

    Raises:
        Forbidden: the partner is paused.
        Conflict: it has no contact address.
        Enough: as many of these mails have left as may in a day.
    """
    _refuse_paused(partner)
    # Held on PostgreSQL until the commit: two who ask at the same moment would both find room for one more mail.
    email = partners.email_of(session, keys, partner.code, hold=True)
    if email is None:
        raise Conflict("No address is known to which the list may be mailed. Ask the campaign to note one.")
    if not outbox.enqueue(session, keys, MAIL, email, *write(link(keys, partner.code, email, now)), now=now):
        raise Enough("Enough of these mails have left for one day. Look for the newest one, or ask again tomorrow.")


def link(keys: Keys, code: str, email: str, now: datetime) -> str:
    """The token of a link to a partner's list, mailed to this address now."""
    about = {"list": code, "to": emails.fingerprint(keys, email), "until": (now + LINK_LIFE).timestamp()}
    return keys.seal(json.dumps(about)).decode()


def read(session: Session, keys: Keys, token: str, now: datetime) -> Partner:
    """Whose list a link leads to.

    Raises:
        NotFound: it is none of ours, or its time is over, or the partner has another contact address now.
        Forbidden: the partner is paused.
    """
    gone = NotFound("This link does not work any more: it is good for one hour. Ask for a new one on your page.")
    try:
        about = json.loads(keys.unseal(token.encode("utf-8", "replace")))
        code, to, until = str(about["list"]), str(about["to"]), float(about["until"])
    except (Misconfigured, ValueError, KeyError, TypeError):
        raise gone from None
    partner = partners.find(session, code)
    if partner is None or now.timestamp() >= until:
        raise gone
    email = partners.email_of(session, keys, code)
    if email is None or emails.fingerprint(keys, email) != to:
        raise gone
    _refuse_paused(partner)
    return partner


def masked(email: str) -> str:
    """An address as whoever knows it recognizes it, and nobody else reads it: `o…@riverside.example`."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}"


def _refuse_paused(partner: Partner) -> None:
    if partner.paused:
        raise Forbidden(
            "The campaign has paused your part in it. Until it goes on, there is no list: ask the campaign."
        )
