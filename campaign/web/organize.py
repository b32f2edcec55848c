"""The organizers' room: the only place with sessions, cookies and accounts."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    flash,
    get_flashed_messages,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import UserMixin, current_user, login_required, login_user, logout_user

from campaign import clock, exports, organizers
from campaign.errors import NotFound
from campaign.letters import check
from campaign.organizers import Organizer
from campaign.web import figures, passing, room, spreadsheets
from campaign.web.extensions import bank, congress, csrf, database, keys, login, settings
from campaign.web.forms import EmptyForm
from campaign.web.i18n import explain

bp = Blueprint("organize", __name__, url_prefix="/organize")
bp.before_request(csrf.protect)


class Account(UserMixin):  # type: ignore[misc]
    """An organizer as Flask-Login sees them. A session carries their session key, and ends when that changes."""

    def __init__(self, organizer: Organizer) -> None:
        self.email = organizer.email
        self.role = organizer.role
        self.organizer_id = organizer.id
        self.id = f"{organizer.id}.{organizer.session_key}"


@login.user_loader
def load(key: str) -> Account | None:
    number, _, session_key = key.partition(".")
    if not number.isdecimal():
        return None
    with database.read() as db:
        organizer = organizers.find(db, int(number), session_key)
    return Account(organizer) if organizer else None


@login.unauthorized_handler
def ask_to_sign_in() -> ResponseReturnValue:
    return redirect(url_for("organize.how_to_sign_in"))


@bp.get("/", strict_slashes=False)
@login_required
def dashboard() -> ResponseReturnValue:
    today = clock.day(settings, bank.campaign.zone)
    return render_template(
        "organize/dashboard.html",
        **_figures(),
        mailless=settings.mail_url is None,
        findings=check(settings.letters_dir, today),
        stale=congress.as_of if congress.is_stale(today) else None,
        undone=0,
    )


@bp.get("/figures")
@login_required
def newer() -> ResponseReturnValue:
    """The figures alone, for a page that is open."""
    return render_template("organize/figures.html", **_figures())


def _figures() -> dict[str, Any]:
    passing.store()
    with database.read() as db:
        found = figures.everything(db, request.args.get("by", "day"))
    return {**found, "growth": figures.growth, "partner_page": _partner_page}


def _partner_page(code: str) -> str:
    """Where more stands about a partner."""
    return url_for("builder_room.show_in_room", code=code)


@bp.get("/pledges.csv")
@login_required
def pledges() -> ResponseReturnValue:
    """All pledges, for a spreadsheet."""
    room.require("organizer")
    with database.read() as db:
        rows = list(exports.pledge_rows(db, keys))
    name = f"pledges-{clock.day(settings, bank.campaign.zone).isoformat()}.csv"
    return spreadsheets.download(name, [exports.PLEDGE_COLUMNS, *rows])


@bp.get("/sign-in")
def how_to_sign_in() -> ResponseReturnValue:
    return render_template("organize/sign_in.html", messages=get_flashed_messages())


@bp.get("/sign-in/<secret>")
def sign_in_page(secret: str) -> ResponseReturnValue:
    """A link out of a mail or a terminal. Programs that read mail follow links too, so a button signs in."""
    return render_template("organize/sign_in.html", secret=secret, form=EmptyForm())


@bp.post("/sign-in/<secret>")
def sign_in(secret: str) -> ResponseReturnValue:
    try:
        organizer = database.write(lambda db: organizers.sign_in(db, keys, secret, now=clock.wall()))
    except NotFound as problem:
        return render_template("organize/sign_in.html", problem=explain(problem)), 404
    session.clear()  # nothing that was in the browser before becomes part of an organizer's session
    login_user(Account(organizer))
    return redirect(url_for("organize.dashboard"), 303)


@bp.post("/sign-out")
@login_required
def sign_out() -> ResponseReturnValue:
    """Sign out everywhere."""
    organizer_id = current_user.organizer_id
    database.write(lambda db: organizers.sign_out(db, organizer_id))
    logout_user()
    session.clear()
    flash(gettext("You are signed out, here and everywhere else."))
    return redirect(url_for("organize.how_to_sign_in"), 303)
