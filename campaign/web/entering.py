"""The second step at the door: a code of the second factor where there is one, and the session that begins.

Between the first step and this one an account may change: what was proved then has to hold in the transaction in which
the session begins.
"""

from __future__ import annotations

import logging
import re
import time
from typing import NamedTuple

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user, login_user
from sqlalchemy.orm import Session
from wtforms import StringField

from campaign import audit, clock, factors, organizers, sessions, throttle
from campaign.web import room
from campaign.web.account import browser
from campaign.web.extensions import csrf, database, keys
from campaign.web.fields import TypedForm

log = logging.getLogger(__name__)

bp = Blueprint("entering", __name__, url_prefix="/organize")
bp.before_request(csrf.protect)

WISHED = r"/organize/[A-Za-z0-9/-]*(\?[^\\\s]*)?"
"""Where somebody may be led to after the door: a page of the room."""

PENDING_SECONDS = 600
"""How long the code may be waited for after the password, or the link, was right."""

LINK = ""
"""What stands for a link, where the mark of a password could stand."""


class CodeForm(TypedForm):
    """A code of the second factor, or one for recovery."""

    code = StringField(_("Code"), description=_("The six digits that your authenticator shows, or a recovery code."))


class Proved(NamedTuple):
    """Who has come through the first step, and how. It waits in the browser's cookie, signed."""

    who: int
    mark: str
    """By which the password is known again that was right; or `LINK`."""
    since: int
    """When, in seconds since 1970."""


def mark(kept: str) -> str:
    """By which a password's hash is known again. It tells nothing about it."""
    return keys.fingerprint("password of a sign-in", kept)[:16]


def go_on(found: organizers.Organizer, how: str) -> ResponseReturnValue:
    """To the second factor, where there is one; else into the room.

    Args:
        how: the mark of the password that was right, or `LINK`.
    """
    proved = Proved(found.id, how, int(time.time()))
    if not found.has_factor:
        return _enter(proved, "signed_in")
    session["pending"] = proved
    return redirect(url_for("entering.code"), 303)


def _pending() -> Proved | None:
    """Whose password or link was right a moment ago, and whose code is waited for."""
    if "pending" not in session:
        return None
    proved = Proved(*session["pending"])
    return proved if 0 <= time.time() - proved.since < PENDING_SECONDS else None


def _again(reason: str) -> ResponseReturnValue:
    """Back to the first step."""
    session.pop("pending", None)
    flash(reason)
    return redirect(url_for("signing_in.show"), 303)


@bp.get("/code")
def code() -> ResponseReturnValue:
    if _pending() is None:
        return redirect(url_for("signing_in.show"))
    return render_template("organize/code.html", form=CodeForm(formdata=None))


@bp.post("/code")
def take_code() -> ResponseReturnValue:
    proved = _pending()
    if proved is None:
        return _again(gettext("A code is waited for ten minutes. Please begin again."))
    form, now = CodeForm(), clock.wall()
    # Apart for links: whoever has found out the password cannot keep its owner away by guessing at codes, too.
    attempts = throttle.key(keys, "code after a link" if proved.mark == LINK else "code", str(proved.who))

    def write(db: Session) -> str | None:
        if not throttle.attempt(db, attempts, now=now):
            return None
        taken = factors.take(db, keys, proved.who, form.code.data or "", now=now)
        if taken:
            throttle.succeeded(db, attempts)
        return taken

    taken = database.write(write)
    if taken is None:
        log.warning("second factor refused")
        form.code.errors = [
            gettext("This code is not right, or has been used, or too many were tried: then wait a while.")
        ]
        return render_template("organize/code.html", form=form), 403
    return _enter(proved, "recovery_used" if taken == "recovery" else "signed_in", has_shown_code=True)


def _enter(proved: Proved, action: str, *, has_shown_code: bool = False) -> ResponseReturnValue:
    """Begin a session of its own: nothing that was in the browser before becomes part of it."""
    wished = session.get("wished", "")
    now = clock.wall()
    before = (current_user.organizer_id, current_user.session_id) if current_user.is_authenticated else None

    def write(db: Session) -> str | None:
        found = organizers.hold(db, proved.who)
        if found is None or (found.has_factor and not has_shown_code):
            return None
        if proved.mark != LINK and proved.mark != mark(organizers.password_of(db, proved.who) or ""):
            return None
        if before:
            sessions.end(db, *before)
        audit.note(db, found.email, action, browser(), now=now)
        return sessions.begin(db, proved.who, browser(), now=now)

    token = database.write(write)
    if token is None:
        return _again(gettext("This account was changed in this moment. Please sign in again."))
    session.clear()
    login_user(room.Account.signed_in(token))
    return redirect(wished if re.fullmatch(WISHED, wished) else url_for("organize.dashboard"), 303)
