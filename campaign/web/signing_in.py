"""The door of the organizers' room: a password, or a link that works once. `entering` has what follows.

Whoever knocks learns nothing of who has an account: every refusal is the same, and takes as long.
"""

from __future__ import annotations

import logging
import time

from flask import Blueprint, flash, get_flashed_messages, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user, logout_user
from sqlalchemy.orm import Session
from wtforms import PasswordField, StringField

from campaign import audit, clock, organizers, passwords, sessions, throttle
from campaign.delivery import outbox
from campaign.errors import NotFound
from campaign.web import entering, limits, room
from campaign.web.extensions import bank, csrf, database, keys, login, settings
from campaign.web.fields import TypedForm
from campaign.web.forms import EmptyForm
from campaign.web.i18n import explain
from campaign.web.limits import TooMany
from campaign.web.share import absolute

log = logging.getLogger(__name__)

bp = Blueprint("signing_in", __name__, url_prefix="/organize")
bp.before_request(csrf.protect)

MAIL = "sign_in"
"""The kind of mail."""


class DoorForm(TypedForm):
    """Address and password."""

    email = StringField(_("Email address"))
    password = PasswordField(_("Password"))


ANSWERED_AFTER = 0.2
"""Seconds after which it is said that a link may be on its way. What is done for an account takes some tenths of a
millisecond longer than what is done for none, and many answers would tell; so none comes earlier."""


@login.user_loader
def load(token: str) -> room.Account | None:
    """Who is signed in with what the cookie holds; None when that session has ended."""
    return room.Account.find(token)


@bp.get("/sign-in")
def show() -> ResponseReturnValue:
    return _page(DoorForm(formdata=None))


def _page(form: DoorForm, problem: str = "", status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "organize/sign_in.html",
        form=form,
        problem=problem,
        messages=get_flashed_messages(),
        mailless=settings.mail_url is None,
    )
    return page, status


def _wrong(form: DoorForm) -> ResponseReturnValue:
    """The same for an unknown address, a wrong password, and too many tries."""
    log.warning("sign-in refused")
    problem = gettext(
        "This did not sign you in. The address or the password is not right, or too many were tried: then wait a "
        "quarter of an hour, or let us mail you a link."
    )
    return _page(form, problem, 403)


@bp.post("/sign-in")
def sign_in() -> ResponseReturnValue:
    form = DoorForm()
    email, password = form.email.data or "", form.password.data or ""
    try:
        limits.knock()
    except TooMany as problem:
        return _page(form, explain(problem), problem.status)
    attempts, now = throttle.key(keys, "password", organizers.spelled(email)), clock.wall()
    is_open = database.write(lambda db: throttle.attempt(db, attempts, now=now))
    with database.read() as db:
        found = organizers.find_by_email(db, email) if is_open else None
        kept = organizers.password_of(db, found.id) if found else None
    if not passwords.fits(kept, password) or found is None or kept is None:
        return _wrong(form)
    fresh = passwords.hashed(password) if passwords.is_outdated(kept) else kept

    def write(db: Session) -> None:
        throttle.succeeded(db, attempts)
        if fresh != kept:
            organizers.set_password(db, found.id, fresh, instead_of=kept)

    database.write(write)
    return entering.go_on(found, entering.mark(fresh))


@bp.post("/sign-in-by-mail")
def mail_link() -> ResponseReturnValue:
    """Mail a link to whoever has an account under this address; for the others do what takes as long."""
    form, begun = DoorForm(), time.monotonic()
    email, now = form.email.data or "", clock.wall()
    try:
        limits.knock()
    except TooMany as problem:
        return _page(form, explain(problem), problem.status)

    secret = organizers.link_secret()
    subject, text = link_mail(secret)

    def write(db: Session) -> None:
        found = organizers.find_by_email(db, email)
        if found and outbox.enqueue(db, keys, MAIL, found.email, subject, text, now=now):
            organizers.keep_link(db, keys, found.id, secret, now)
            audit.note(db, "", "link_sent", found.email, now=now)
        else:
            outbox.pretend(db, keys, MAIL, email[:320], subject, text, now=now)

    database.write(write)
    time.sleep(max(0.0, begun + ANSWERED_AFTER - time.monotonic()))
    flash(gettext("If there is an account under this address, a link is on its way to it. It works for 24 hours."))
    return redirect(url_for("signing_in.show"), 303)


def link_mail(secret: str, invited_by: str = "") -> tuple[str, str]:
    """Subject and text of the mail with a link."""
    link = absolute("signing_in.link", secret=secret)
    name = bank.campaign.name
    if invited_by:
        return gettext("An invitation to %(name)s", name=name), gettext(
            "%(who)s invites you to the organizers’ room of %(name)s. Open this page within 24 hours and press the "
            "button:\n\n%(link)s\n\nThen set a password. If you do not know what this is about, leave it unopened.",
            who=invited_by,
            name=name,
            link=link,
        )
    return gettext("Your sign-in link to %(name)s", name=name), gettext(
        "Somebody, we hope you, asked for a link to the organizers’ room of %(name)s. Open this page within 24 hours "
        "and press the button:\n\n%(link)s\n\nIt works once. If you did not ask for it, leave it unopened.",
        name=name,
        link=link,
    )


@bp.get("/sign-in/<secret>")
def link(secret: str) -> ResponseReturnValue:
    """A link out of a mail or a terminal. Programs that read mail follow links too, so a button signs in."""
    return render_template("organize/link.html", secret=secret, form=EmptyForm())


@bp.post("/sign-in/<secret>")
def use_link(secret: str) -> ResponseReturnValue:
    try:
        found = database.write(lambda db: organizers.use_link(db, keys, secret, now=clock.wall()))
    except NotFound as problem:
        return render_template("organize/link.html", problem=explain(problem)), 404
    return entering.go_on(found, entering.LINK)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Sign out of this browser."""
    if current_user.is_authenticated:
        who, number = current_user.organizer_id, current_user.session_id
        database.write(lambda db: sessions.end(db, who, number))
        logout_user()
    session.clear()
    flash(gettext("You are signed out."))
    return redirect(url_for("signing_in.show"), 303)
