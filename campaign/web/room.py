"""What all pages of the organizers' room share: who may open them, and the way from each to the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Request, redirect, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_login import UserMixin, current_user

from campaign import clock, organizers, sessions
from campaign.errors import Forbidden
from campaign.organizers import ROLES, Organizer
from campaign.origins import is_loopback
from campaign.web.extensions import csrf, database, settings
from campaign.web.forms import EmptyForm

REFUSALS = {
    "organizer": "Your account may look at the figures, but not change what counts.",
    "admin": "This is for admins.",
}
"""What somebody reads whose role does not reach; each is a msgid."""

RENEWED = frozenset({"organize.newer"})
"""What an open page asks for by itself, now and then. That nobody clicks on it keeps no session alive."""

WISHED_LONGEST = 1000
"""Characters of an address to come back to: it waits in the cookie, and browsers refuse a large one."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the room that stands in its navigation."""

    endpoint: str
    label: LazyString
    least: str = "viewer"
    """The least role that may open it."""


PLACES = (
    Place("organize.dashboard", _("Figures")),
    Place("coverage.show", _("Congress")),
    Place("lists.index", _("Lists"), "organizer"),
    Place("partners_room.index", _("Partners"), "organizer"),
    Place("batches.show", _("Quarantine"), "organizer"),
    Place("todo.show", _("To do")),
    Place("people.show", _("Organizers"), "admin"),
    Place("log.show", _("Log"), "admin"),
)
"""In the order in which they stand there. One whose blueprint is not registered does not."""


class Account(UserMixin):  # type: ignore[misc]
    """An organizer as Flask-Login sees them, by the session they are signed in with."""

    def __init__(self, organizer: Organizer, session_id: int, token: str) -> None:
        self.organizer_id, self.email, self.role = organizer.id, organizer.email, organizer.role
        self.has_password, self.has_factor = organizer.has_password, organizer.has_factor
        self.session_id, self.id = session_id, token

    @classmethod
    def find(cls, token: str) -> Account | None:
        """Who is signed in with this; None when that session has ended."""
        now = clock.wall()
        with database.read() as db:
            found = sessions.find(db, token, now=now)
            organizer = organizers.find(db, found.organizer_id) if found else None
        if found is None or organizer is None:
            return None
        if found.is_due and request.endpoint not in RENEWED:
            database.write(lambda db: sessions.note_seen(db, found.id, now=now))
        return cls(organizer, found.id, token)

    @classmethod
    def signed_in(cls, token: str) -> Account:
        """Who has signed in just now."""
        found = cls.find(token)
        if found is None:
            raise RuntimeError("a session that was just begun is not there")
        return found

    @property
    def lacks_factor(self) -> bool:
        """Whether a second factor has to be set up first: an admin's, unless the site is at home on this machine."""
        return self.role == "admin" and not self.has_factor and not is_at_home()


def is_at_home() -> bool:
    """Whether the site is one for this machine alone, as after the first run."""
    host = urlsplit(settings.public_url).hostname or ""
    return host == "localhost" or is_loopback(host)


def reaches(role: str, least: str) -> bool:
    """Whether a role is at least as much as another."""
    return ROLES.index(role) >= ROLES.index(least)


def blueprint(name: str, module: str, path: str, least: str = "viewer") -> Blueprint:
    """A part of the room under `/organize` + path. It checks the session's token on every post, and the role first."""
    bp = Blueprint(name, module, url_prefix=f"/organize{path}")
    bp.before_request(guard(least))
    bp.before_request(csrf.protect)
    return bp


def guard(least: str) -> Callable[[], ResponseReturnValue | None]:
    """Lets in those who have signed in and whose role reaches."""

    def check() -> ResponseReturnValue | None:
        if not current_user.is_authenticated:
            path = request.full_path.removesuffix("?")
            if request.method == "GET" and request.endpoint not in RENEWED and len(path) <= WISHED_LONGEST:
                session["wished"] = path
            return redirect(url_for("signing_in.show"))
        if current_user.lacks_factor and request.blueprint != "account":
            return redirect(url_for("account.factor"))
        require(least)
        return None

    return check


def require(least: str) -> None:
    """
    Raises:
        Forbidden: the role of who is signed in does not reach.
    """
    if not reaches(current_user.role, least):
        raise Forbidden(REFUSALS[least])


class Cookies(SecureCookieSessionInterface):
    """The session as it is in Flask, but for whoever has none: what would read it is not even made."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) in request.cookies:
            return super().open_session(app, request)
        return self.session_class()


def init_app(app: Flask) -> None:
    app.session_interface = Cookies()

    @app.context_processor
    def _room() -> dict[str, object]:
        return {"room_places": places, "leaving": EmptyForm, "account": current_user, "may": _may}

    def places() -> list[Place]:
        """The places that this account may open."""
        return [place for place in PLACES if place.endpoint in app.view_functions and _may(place.least)]

    def _may(least: str) -> bool:
        """Whether the role of who is signed in reaches."""
        return current_user.is_authenticated and reaches(current_user.role, least)
