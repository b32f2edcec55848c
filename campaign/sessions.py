"""The browsers in which organizers are signed in. Each can be seen and ended, alone or with all others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from campaign.database import changed
from campaign.keys import link_hash, link_token
from campaign.models import OrganizerSession as Row

IDLE = timedelta(hours=12)
"""After so long without a click a session ends."""

LIFE = timedelta(days=7)
"""After so long it ends in any case."""

SEEN_EVERY = timedelta(minutes=5)
"""How exactly it is kept when somebody was last seen: not every click is worth a write."""


@dataclass(frozen=True, slots=True)
class Found:
    """A session that holds."""

    id: int
    organizer_id: int
    is_due: bool
    """Whether it is time to note that it was seen."""


def begin(session: Session, organizer_id: int, browser: str, *, now: datetime) -> str:
    """Begin a session and return the secret that the browser keeps."""
    token = link_token()
    about = {"organizer_id": organizer_id, "browser": browser[:40], "created_at": now, "seen_at": now}
    session.add(Row(token_hash=link_hash(token), **about))
    session.execute(delete(Row).where(or_(Row.seen_at <= now - IDLE, Row.created_at <= now - LIFE)))
    return token


def find(session: Session, token: str, *, now: datetime) -> Found | None:
    """The session of a secret, unless it has ended."""
    columns = (Row.id, Row.organizer_id, Row.created_at, Row.seen_at)
    row = session.execute(select(*columns).where(Row.token_hash == link_hash(token))).first()
    if row is None or row[3] <= now - IDLE or row[2] <= now - LIFE:
        return None
    return Found(row[0], row[1], row[3] <= now - SEEN_EVERY)


def note_seen(session: Session, session_id: int, *, now: datetime) -> None:
    """Note that somebody is here."""
    session.execute(update(Row).where(Row.id == session_id, Row.seen_at < now).values(seen_at=now))


def of(session: Session, organizer_id: int, *, now: datetime) -> list[Row]:
    """All sessions of an organizer that hold, the one seen last first."""
    holds = (Row.organizer_id == organizer_id, Row.seen_at > now - IDLE, Row.created_at > now - LIFE)
    return list(session.scalars(select(Row).where(*holds).order_by(Row.seen_at.desc(), Row.id.desc())))


def end(session: Session, organizer_id: int, session_id: int) -> bool:
    """End one session of an organizer's. Says whether there was one."""
    own = delete(Row).where(Row.id == session_id, Row.organizer_id == organizer_id)
    return changed(session.execute(own)) == 1


def end_all(session: Session, organizer_id: int, *, but: int | None = None) -> int:
    """End all sessions of an organizer, or all but one. Returns how many."""
    own = delete(Row).where(Row.organizer_id == organizer_id)
    return changed(session.execute(own if but is None else own.where(Row.id != but)))


_BROWSERS = {
    **dict.fromkeys(("Edg/", "EdgA/", "EdgiOS/"), "Edge"),
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    **dict.fromkeys(("Firefox/", "FxiOS/"), "Firefox"),
    **dict.fromkeys(("Chrome/", "CriOS/"), "Chrome"),
    "Safari/": "Safari",
}
_SYSTEMS = {"Android": "Android", "iPhone": "iOS", "iPad": "iOS", "Windows": "Windows", "Mac OS X": "macOS"}
_SYSTEMS |= {"CrOS": "ChromeOS", "Linux": "Linux"}
"""In this order: a browser that stands at the front names those behind it as well."""


def describe(user_agent: str) -> str:
    """A browser in a few words, as its owner knows it again."""
    browser = next((name for mark, name in _BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in user_agent), "")
    return " on ".join(filter(None, (browser, system)))
