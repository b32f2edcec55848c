"""The links by which people came, in the words of whoever made them: `ref`, or `utm_…`.

A link may have been made for one person. So one that has not brought as many letters as make a crowd within some time
is forgotten, of letters, pledges and hand-overs alike.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from campaign import counting
from campaign.models import Click, Message, Pledge

CROWD = 5
"""Letters by one link, fewer than which may be one person's, or one household's."""

LIFE = timedelta(days=30)
"""How long it is kept by which link something came, unless the link brings a crowd."""


def forget_rare(session: Session, now: datetime) -> int:
    """Forget the links that brought no crowd in time. Returns of how many letters, pledges and hand-overs."""
    crowds = select(Message.source).where(Message.source.is_not(None)).group_by(Message.source)
    known = session.scalars(crowds.having(func.count() >= CROWD)).all()
    forgotten = 0
    for figure, model in (("letters", Message), ("pledges", Pledge), ("handovers", Click)):
        old = or_(model.created_at <= now - LIFE, model.created_at > now + LIFE)  # a clock may have been put back
        forgotten += counting.forget_source(session, figure, and_(model.source.not_in(known), old))
    return forgotten
