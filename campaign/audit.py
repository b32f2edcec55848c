"""Who did what in the organizers' room. Entries are only ever added."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.models import Entry

ACTIONS: dict[str, str] = {
    "signed_in": "Signed in",
    "signed_out_everywhere": "Signed out everywhere",
    "session_ended": "Signed out of one browser",
    "password_set": "Set a password",
    "factor_on": "Set up the second factor",
    "factor_off": "Turned the second factor off",
    "recovery_used": "Signed in with a recovery code",
    "recovery_made": "Made new recovery codes",
    "invited": "Invited",
    "link_sent": "Sent a sign-in link to",
    "link_made": "Made a sign-in link on the command line for",
    "role_changed": "Changed the role of",
    "removed": "Removed the account of",
    "partner_added": "Added the partner",
    "partner_changed": "Changed the partner",
    "partner_paused": "Paused the partner",
    "partner_resumed": "Let the partner go on",
    "partner_email": "Changed the contact address of",
    "partner_link": "Made a new private link for",
    "partner_unlinked": "Ended the private link of",
    "batch_started": "Began a batch",
    "exported": "Downloaded",
}
"""Action → how it is said in the log, as a msgid. Whoever adds an act adds its words here."""


def note(session: Session, organizer: str, action: str, about: str = "", *, now: datetime) -> None:
    """Add an entry, in the transaction of the act itself: what is done is noted, and what is noted was done.

    Args:
        organizer: address of who did it; empty where it was the command line.
        action: one of `ACTIONS`.
        about: to whom or to what it was done: a partner's code, a seat, an organizer's address; never a supporter.
    """
    if action not in ACTIONS:
        raise ValueError(f"there is no action {action!r}")
    session.add(Entry(at=now, organizer=organizer, action=action, about=about))


def newest(
    session: Session, *, organizer: str = "", action: str = "", before: int | None = None, most: int = 100
) -> list[Entry]:
    """The newest entries, newest first, of all or of one organizer and one action.

    Args:
        before: the id of an entry; those that are older than it.
    """
    statement = select(Entry).order_by(Entry.id.desc()).limit(most)
    if organizer:
        statement = statement.where(Entry.organizer == organizer)
    if action:
        statement = statement.where(Entry.action == action)
    return list(session.scalars(statement if before is None else statement.where(Entry.id < before)))


def organizers(session: Session) -> list[str]:
    """Everybody who stands in the log, by address; without the command line."""
    return list(
        session.scalars(select(Entry.organizer).where(Entry.organizer != "").distinct().order_by(Entry.organizer))
    )
