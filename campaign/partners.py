"""Organizations whose sites embed the form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaign.addresses import parse_line
from campaign.database import insert_once
from campaign.errors import Conflict, Malformed, NotFound
from campaign.keys import Keys, link_hash, link_token
from campaign.models import Partner as Row
from campaign.origins import parse_origin

_CODE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner, as pages need it."""

    code: str
    name: str
    origins: tuple[str, ...]
    paused: bool = False
    """Whether it frames nothing, and nothing new counts for it."""

    @classmethod
    def of(cls, row: Row) -> Partner:
        return cls(row.code, row.name, tuple(row.origins), row.paused_at is not None)


def add(session: Session, code: str, name: str, origins: list[str], *, now: datetime) -> Partner:
    """Add a partner.

    Raises:
        Malformed: code, name or an origin cannot be.
        Conflict: the code is taken.
    """
    if not _CODE.fullmatch(code):
        raise Malformed(
            "A partner's code has up to 32 small letters, digits and hyphens, like riverside-church.",
            field="code",
        )
    partner = Partner(code, parse_line(name, "name", 200, "A partner needs a name."), _parse_origins(origins))
    values = {"code": code, "name": partner.name, "origins": list(partner.origins), "created_at": now}
    if not insert_once(session, Row, values, unique=("code",)):
        raise Conflict("There is a partner with the code %(code)s already.", field="code", code=code)
    return partner


def change_origins(session: Session, code: str, origins: list[str]) -> Partner:
    """Let a partner's form be framed by these origins, and by no others any more. Its counts stay.

    Raises:
        NotFound: there is no such partner.
        Malformed: an origin cannot be.
    """
    row = _get(session, code)
    row.origins = list(_parse_origins(origins))
    return Partner.of(row)


def state_of(partner: Partner) -> str:
    """A partner's name and origins in one text: whoever changes them says from what."""
    return "\n".join([partner.name, *partner.origins])


def change(session: Session, code: str, name: str, origins: list[str], *, seen: str) -> Partner:
    """Give a partner another name and other origins. Its counts stay.

    Args:
        seen: its `state_of` when the change was begun.

    Raises:
        NotFound: there is no such partner.
        Malformed: the name or an origin cannot be.
        Conflict: somebody else has changed it meanwhile.
    """
    row = _get(session, code, hold=True)
    if state_of(Partner.of(row)) != seen:
        raise Conflict(
            "Somebody else has changed this partner meanwhile. Here is what it is now; what you typed is kept."
        )
    row.name = parse_line(name, "name", 200, "A partner needs a name.")
    row.origins = list(_parse_origins(origins))
    return Partner.of(row)


def pause(session: Session, code: str, *, now: datetime) -> Partner:
    """Let a partner frame nothing, and count nothing new for it. What counted stays; once more changes nothing.

    Raises:
        NotFound: there is no such partner.
    """
    row = _get(session, code)
    row.paused_at = row.paused_at or now
    return Partner.of(row)


def resume(session: Session, code: str) -> Partner:
    """Let a partner that was paused take part again.

    Raises:
        NotFound: there is no such partner.
    """
    row = _get(session, code)
    row.paused_at = None
    return Partner.of(row)


def change_email(session: Session, keys: Keys, code: str, email: str) -> Partner:
    """Write to a partner at this address from now on.

    Args:
        email: a normalized address, see `emails.parse_email`.

    Raises:
        NotFound: there is no such partner.
    """
    row = _get(session, code)
    row.sealed_email = keys.seal(email)
    return Partner.of(row)


def email_of(session: Session, keys: Keys, code: str, *, hold: bool = False) -> str | None:
    """The address at which a partner is written to, if it has given one.

    Args:
        hold: whether others who ask for the same partner wait until the commit, on PostgreSQL.

    Raises:
        NotFound: there is no such partner.
    """
    sealed = _get(session, code, hold=hold).sealed_email
    return keys.unseal(sealed) if sealed else None


def forget_email(session: Session, code: str) -> None:
    """Write to this partner no more.

    Raises:
        NotFound: there is no such partner.
    """
    _get(session, code).sealed_email = None


def forget_emails(session: Session) -> None:
    """Write to no partner any more."""
    session.execute(update(Row).where(Row.sealed_email.is_not(None)).values(sealed_email=None))


def new_link(session: Session, code: str) -> str:
    """The token of a new link to a partner's own page. The one before opens nothing any more.

    Raises:
        NotFound: there is no such partner.
    """
    token = link_token()
    _get(session, code).page_hash = link_hash(token)
    return token


def end_link(session: Session, code: str) -> None:
    """Let no link open a partner's own page any more.

    Raises:
        NotFound: there is no such partner.
    """
    _get(session, code).page_hash = None


def has_link(session: Session, code: str) -> bool:
    """Whether there is a link to a partner's own page."""
    return _get(session, code).page_hash is not None


def find_by_link(session: Session, token: str) -> Partner:
    """The partner whose page this is.

    Raises:
        NotFound: there is no such page, or a newer link has taken its place.
    """
    row = session.scalar(select(Row).where(Row.page_hash == link_hash(token)))
    if row is None:
        raise NotFound("This link does not work. A newer one may have taken its place: ask the campaign for it.")
    return Partner.of(row)


def _get(session: Session, code: str, *, hold: bool = False) -> Row:
    row = session.get(Row, code, with_for_update={"key_share": True} if hold else None)
    if row is None:
        raise NotFound("There is no partner with the code %(code)s.", field="code", code=code)
    return row


def _parse_origins(origins: list[str]) -> tuple[str, ...]:
    if not origins:
        raise Malformed("Name at least one origin that may frame the form.", field="origins")
    return tuple(dict.fromkeys(parse_origin(origin) for origin in origins))


def find(session: Session, code: str) -> Partner | None:
    """The partner with this code, if there is one."""
    row = session.get(Row, code) if _CODE.fullmatch(code) else None
    return Partner.of(row) if row else None


def all_of(session: Session) -> list[Partner]:
    """Every partner, by name."""
    return [Partner.of(row) for row in session.scalars(select(Row).order_by(Row.name))]
