"""Links by which the page of one office is shown to somebody outside, for some days: a member's staff, a journalist.

A link is known by its hash alone, so it can be shown once, when it is made. It belongs to the member who held the seat
then. Its page is made anew whenever it is opened, and shows no supporter's name, address or email.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from campaign import audit
from campaign.addresses import parse_line
from campaign.database import changed
from campaign.errors import Malformed, NotFound
from campaign.keys import link_hash, link_token
from campaign.models import Share

DAYS = (1, 7, 30)
"""For how many days a link may be made."""

AUDIENCE_MAX = 100
"""Characters in which it is said for whom a link is."""

KEPT = timedelta(days=30)
"""How long a link that has ended is still kept, for whom it was: organizers may ask who had one. Then it is deleted."""

audit.ACTIONS["share"] = "Made a link to an office’s page"
audit.ACTIONS["unshare"] = "Ended a link to an office’s page"


def parse_audience(text: str) -> str:
    """For whom a link is, in one line.

    Raises:
        Malformed: nothing is said, or it is longer than `AUDIENCE_MAX` characters, or cannot be printed.
    """
    return parse_line(text, "audience", AUDIENCE_MAX, "Say for whom the link is.")


def parse_days(text: str) -> int:
    """For how long a link is.

    Raises:
        Malformed: these are none of `DAYS`.
    """
    if text not in map(str, DAYS):
        raise Malformed("Choose one of these.", field="days")
    return int(text)


def make(session: Session, seat: str, bioguide: str, audience: str, days: int, organizer: str, *, now: datetime) -> str:
    """Make a link to an office's page, and note it. Returns its token, which nobody can find out later.

    Args:
        seat: a seat that somebody holds; `bioguide` is who.
        organizer: address of who makes it.
    """
    token = link_token()
    session.add(
        Share(
            token_hash=link_hash(token),
            seat=seat,
            bioguide=bioguide,
            audience=audience,
            organizer=organizer,
            created_at=now,
            ends_at=now + timedelta(days=days),
        )
    )
    audit.note(session, organizer, "share", seat, now=now)
    return token


def open_ones(session: Session, now: datetime, seat: str | None = None) -> list[Share]:
    """The links that open a page now, of one seat or of all, the one that ends first before the others."""
    statement = select(Share).where(Share.ends_at > now).order_by(Share.ends_at, Share.id)
    return list(session.scalars(statement if seat is None else statement.where(Share.seat == seat)))


def find(session: Session, token: str, now: datetime) -> Share:
    """The link with this token.

    Raises:
        NotFound: there is none, or its time is over. Which of these it is, nobody is told.
    """
    found = session.scalar(select(Share).where(Share.token_hash == link_hash(token), Share.ends_at > now))
    if found is None:
        raise gone()
    return found


def gone() -> NotFound:
    """What whoever follows a link reads that opens nothing."""
    return NotFound("This link does not work any more. Ask whoever gave it to you for a new one.")


def end(session: Session, share_id: int, organizer: str, *, now: datetime) -> str:
    """End a link at once, and note it; where it has ended already, nothing changes. Returns its seat.

    Raises:
        NotFound: there is no such link.
    """
    share = session.get(Share, share_id, with_for_update=True)
    if share is None:
        raise NotFound("There is no such link any more.")
    if share.ends_at > now:
        share.ends_at = now
        audit.note(session, organizer, "unshare", share.seat, now=now)
    return share.seat


def forget(session: Session, now: datetime) -> int:
    """Delete the links that ended long ago. Returns how many."""
    return changed(session.execute(delete(Share).where(Share.ends_at <= now - KEPT)))
