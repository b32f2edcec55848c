"""Who runs the campaign: their accounts, and the links that sign them in once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from campaign import factors, sessions
from campaign.database import changed, insert_once
from campaign.emails import parse_email
from campaign.errors import Conflict, Malformed, NotFound
from campaign.keys import Keys
from campaign.models import Organizer as Row
from campaign.models import OrganizerSession, SignInLink

ROLES = ("viewer", "organizer", "admin")
LINK_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, repr=False)
class Organizer:
    """An organizer, as pages need them."""

    id: int
    email: str
    role: str
    has_password: bool = False
    has_factor: bool = False

    @classmethod
    def of(cls, row: Row) -> Organizer:
        return cls(row.id, row.email, row.role, row.password is not None, row.sealed_factor is not None)


def add(session: Session, keys: Keys, email: str, *, role: str | None, now: datetime) -> str:
    """Make an account and return the secret of its first sign-in link. The first account is an admin's.

    Raises:
        Malformed: the address or the role cannot be.
        Conflict: there is such an account.
    """
    address = parse_email(email).casefold()
    if role is None:
        role = "organizer" if session.scalar(select(Row.id).limit(1)) else "admin"
    values = {"email": address, "role": parse_role(role), "created_at": now}
    if not insert_once(session, Row, values, unique=("email",)):
        raise Conflict("This address has an account. `campaign organizer reset` makes a new link.", field="email")
    organizer_id = session.scalars(select(Row.id).where(Row.email == address)).one()
    return new_link(session, keys, organizer_id, now)


def parse_role(text: str) -> str:
    """
    Raises:
        Malformed: there is no such role.
    """
    if text not in ROLES:
        raise Malformed("A role is one of %(roles)s.", field="role", roles=", ".join(ROLES))
    return text


def reset(session: Session, keys: Keys, email: str, *, now: datetime) -> str:
    """End all sessions and links of an account, forget its password and its second factor, and return the secret of a
    new sign-in link.

    Raises:
        Malformed: the address cannot be one.
        NotFound: there is no such account.
    """
    row = session.scalar(select(Row).where(Row.email == parse_email(email).casefold()))
    if row is None:
        raise NotFound("There is no organizer with this address.", field="email")
    row.password = None
    factors.remove(session, row.id)
    sessions.end_all(session, row.id)
    end_links(session, row.id)
    return new_link(session, keys, row.id, now)


def new_link(session: Session, keys: Keys, organizer_id: int, now: datetime) -> str:
    """The secret of a new link that signs an organizer in once, within `LINK_LIFE`."""
    secret = link_secret()
    keep_link(session, keys, organizer_id, secret, now)
    return secret


def link_secret() -> str:
    """What may become the secret of a link: 256 random bits."""
    return secrets.token_urlsafe(32)


def keep_link(session: Session, keys: Keys, organizer_id: int, secret: str, now: datetime) -> None:
    """Let a link with this secret sign an organizer in."""
    token_hash = keys.fingerprint("sign-in", secret)
    session.add(SignInLink(organizer_id=organizer_id, token_hash=token_hash, expires_at=now + LINK_LIFE))


def end_links(session: Session, organizer_id: int) -> None:
    """Let none of the links that were sent to an organizer sign them in any more."""
    session.execute(delete(SignInLink).where(SignInLink.organizer_id == organizer_id))


def forget_links(session: Session, now: datetime) -> int:
    """Delete the links whose time is over, used or not; returns how many."""
    return changed(session.execute(delete(SignInLink).where(SignInLink.expires_at <= now)))


def use_link(session: Session, keys: Keys, secret: str, *, now: datetime) -> Organizer:
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
    return Organizer.of(session.get_one(Row, used))


def find(session: Session, organizer_id: int) -> Organizer | None:
    """The organizer with this number, if there still is one."""
    row = session.get(Row, organizer_id)
    return Organizer.of(row) if row else None


def hold(session: Session, organizer_id: int) -> Organizer | None:
    """The same, as they are once whoever changes their account at this moment is done; nobody changes it before the
    transaction ends."""
    row = session.get(Row, organizer_id, with_for_update=True)
    return Organizer.of(row) if row else None


def password_of(session: Session, organizer_id: int) -> str | None:
    """The hash of an organizer's password, if they have one."""
    return session.scalar(select(Row.password).where(Row.id == organizer_id))


def set_password(session: Session, organizer_id: int, kept: str, *, instead_of: str | None = None) -> None:
    """Keep another hash of a password; where one is given, only if that is still the one that is kept."""
    one = update(Row).where(Row.id == organizer_id)
    session.execute((one.where(Row.password == instead_of) if instead_of else one).values(password=kept))


def spelled(email: str) -> str:
    """An address as that of an account is written, however it was typed: one address has many spellings, of which
    none may pass for another account's. What cannot be an address is as it was typed."""
    try:
        return parse_email(email).casefold()
    except Malformed:
        return email


def find_by_email(session: Session, email: str) -> Organizer | None:
    """The organizer with this address, if there is one. What cannot be an address is nobody's."""
    try:
        address = parse_email(email).casefold()
    except Malformed:
        return None
    row = session.scalar(select(Row).where(Row.email == address))
    return Organizer.of(row) if row else None


@dataclass(frozen=True, slots=True, repr=False)
class Member:
    """An account in the list of all: who, and when they were last here."""

    organizer: Organizer
    created_at: datetime
    seen_at: datetime | None


def all_of(session: Session) -> list[Member]:
    """Every account, by address."""
    seen = select(OrganizerSession.organizer_id, func.max(OrganizerSession.seen_at)).group_by(
        OrganizerSession.organizer_id
    )
    last = {row[0]: row[1] for row in session.execute(seen)}
    rows = session.scalars(select(Row).order_by(Row.email))
    return [Member(Organizer.of(row), row.created_at, last.get(row.id)) for row in rows]


def change_role(session: Session, organizer_id: int, role: str, *, by: int) -> Organizer:
    """Give an account another role, from its next click on.

    Raises:
        Malformed: there is no such role.
        NotFound: there is no such account.
        Conflict: it is one's own, or the last admin's.
    """
    row = _another(session, organizer_id, by)
    if parse_role(role) != "admin":
        _keep_an_admin(session, row)
    row.role = role
    return Organizer.of(row)


def remove(session: Session, organizer_id: int, *, by: int) -> str:
    """Remove an account, and sign it out everywhere. Returns its address.

    Raises:
        NotFound: there is no such account.
        Conflict: it is one's own, or the last admin's.
    """
    row = _another(session, organizer_id, by)
    _keep_an_admin(session, row)
    session.delete(row)
    return row.email


def _another(session: Session, organizer_id: int, by: int) -> Row:
    # All admins are held on PostgreSQL: of two who remove each other at the same moment, one has to come second.
    _admins(session)
    row = session.get(Row, organizer_id, with_for_update=True)
    if row is None:
        raise NotFound("This account is not there any more.")
    if row.id == by:
        raise Conflict("Another admin has to do this to your account.")
    return row


def _admins(session: Session) -> list[int]:
    held: Any = select(Row.id).where(Row.role == "admin").order_by(Row.id).with_for_update()
    return list(session.scalars(held))


def _keep_an_admin(session: Session, row: Row) -> None:
    if row.role == "admin" and _admins(session) == [row.id]:
        raise Conflict("The last admin stays one: make somebody else an admin first.")
