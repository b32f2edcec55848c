"""Who runs the campaign, and how they sign in: by a link that works once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from campaign.database import insert_once
from campaign.emails import parse_email
from campaign.errors import Conflict, Malformed, NotFound
from campaign.keys import Keys
from campaign.models import Organizer as Row
from campaign.models import SignInLink

ROLES = ("viewer", "organizer", "admin")
LINK_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, repr=False)
class Organizer:
    """An organizer, as pages need them."""

    id: int
    email: str
    role: str
    session_key: str


def add(session: Session, keys: Keys, email: str, *, role: str | None, now: datetime) -> str:
    """Make an account and return the secret of its first sign-in link. The first account is an admin's.

    Raises:
        Malformed: the address or the role cannot be.
        Conflict: there is such an account.
    """
    address = parse_email(email).casefold()
    if role is None:
        role = "organizer" if session.scalar(select(Row.id).limit(1)) else "admin"
    if role not in ROLES:
        raise Malformed("A role is one of %(roles)s.", field="role", roles=", ".join(ROLES))
    values = {"email": address, "role": role, "session_key": secrets.token_hex(16), "created_at": now}
    if not insert_once(session, Row, values, unique=("email",)):
        raise Conflict("This address has an account. `campaign organizer reset` makes a new link.", field="email")
    organizer_id = session.scalars(select(Row.id).where(Row.email == address)).one()
    return _new_link(session, keys, organizer_id, now)


def reset(session: Session, keys: Keys, email: str, *, now: datetime) -> str:
    """End all sessions and links of an account and return the secret of a new sign-in link.

    Raises:
        Malformed: the address cannot be one.
        NotFound: there is no such account.
    """
    row = session.scalar(select(Row).where(Row.email == parse_email(email).casefold()))
    if row is None:
        raise NotFound("There is no organizer with this address.", field="email")
    row.session_key = secrets.token_hex(16)
    session.execute(delete(SignInLink).where(SignInLink.organizer_id == row.id))
    return _new_link(session, keys, row.id, now)


def sign_in(session: Session, keys: Keys, secret: str, *, now: datetime) -> Organizer:
    """Use a link up.

    Raises:
        NotFound: no such link, or it is used up, or it has expired. Which of these is not told.
    """
    used = session.execute(
        update(SignInLink)
        .where(
            SignInLink.token_hash == keys.fingerprint("sign-in", secret),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(SignInLink.organizer_id)
    ).scalar()
    if used is None:
        raise NotFound("This link has been used, or has expired.")
    row = session.get_one(Row, used)
    return Organizer(row.id, row.email, row.role, row.session_key)


def find(session: Session, organizer_id: int, session_key: str) -> Organizer | None:
    """The organizer of a session, unless that session has been ended."""
    row = session.get(Row, organizer_id)
    if row is None or not secrets.compare_digest(row.session_key.encode(), session_key.encode()):
        return None
    return Organizer(row.id, row.email, row.role, row.session_key)


def sign_out(session: Session, organizer_id: int) -> None:
    """End all sessions of an organizer."""
    session.execute(update(Row).where(Row.id == organizer_id).values(session_key=secrets.token_hex(16)))


def _new_link(session: Session, keys: Keys, organizer_id: int, now: datetime) -> str:
    secret = secrets.token_urlsafe(32)
    session.add(
        SignInLink(
            organizer_id=organizer_id,
            token_hash=keys.fingerprint("sign-in", secret),
            expires_at=now + LINK_LIFE,
        )
    )
    return secret
