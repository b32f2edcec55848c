"""`/organize/account`: an organizer's own password, second factor, and the browsers they are signed in with."""

from __future__ import annotations

import segno
from flask import abort, flash, get_flashed_messages, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user, login_user, logout_user
from markupsafe import Markup
from sqlalchemy.orm import Session
from wtforms import HiddenField, PasswordField, StringField

from campaign import audit, clock, factors, organizers, passwords, sessions, throttle
from campaign.errors import Conflict, Malformed, Misconfigured
from campaign.keys import Keys
from campaign.web import room
from campaign.web.extensions import bank, database, keys
from campaign.web.fields import TypedForm
from campaign.web.i18n import explain

bp = room.blueprint("account", __name__, "/account")


class PasswordForm(TypedForm):
    """A new password; with the present one where there is one."""

    current = PasswordField(_("Your present password"))
    password = PasswordField(_("New password"), description=_("At least 12 characters. Four words do well."))


class FactorForm(TypedForm):
    """The first code of a new second factor, and the secret it is made from, sealed."""

    sealed = HiddenField()
    code = StringField(_("Code"))


class ProofForm(TypedForm):
    """That it is them: their password, or a code of their second factor."""

    proof = PasswordField(_("Your password, or a code of your second factor"))


@bp.get("", strict_slashes=False)
def show() -> ResponseReturnValue:
    return _page()


def _page(status: int = 200, **forms: TypedForm) -> ResponseReturnValue:
    now = clock.wall()
    with database.read() as db:
        own = sessions.of(db, current_user.organizer_id, now=now)
        codes = factors.codes_left(db, current_user.organizer_id)
    page = render_template(
        "organize/account.html",
        sessions=own,
        codes=codes,
        password=forms.get("password") or PasswordForm(formdata=None),
        proof=forms.get("proof") or ProofForm(formdata=None),
        messages=get_flashed_messages(),
    )
    return page, status


@bp.post("/password")
def set_password() -> ResponseReturnValue:
    form = PasswordForm()
    who, now = current_user.organizer_id, clock.wall()
    try:
        password = passwords.parse(form.password.data or "", current_user.email)
    except Malformed as problem:
        form.password.errors = [explain(problem)]
        return _page(422, password=form)
    if current_user.has_password and not proves(form.current.data or "", only_password=True):
        form.current.errors = [gettext("This is not your present password, or too many were tried: then wait a while.")]
        return _page(422, password=form)
    kept = passwords.hashed(password)

    def write(db: Session) -> str:
        organizers.set_password(db, who, kept)
        sessions.end_all(db, who)  # whoever knew the old one is out, too
        organizers.end_links(db, who)
        audit.note(db, current_user.email, "password_set", now=now)
        return sessions.begin(db, who, browser(), now=now)

    login_user(room.Account.signed_in(database.write(write)))
    flash(gettext("Your password is set. Other browsers are signed out."))
    return redirect(url_for("account.show"), 303)


@bp.get("/factor")
def factor() -> ResponseReturnValue:
    """A new second factor: a picture to scan, and the first code of it."""
    return _factor_page(FactorForm(formdata=None), factors.new_secret())


def _factor_page(form: FactorForm, secret: str, status: int = 200) -> ResponseReturnValue:
    form.sealed.data = keys.seal(f"factor {current_user.organizer_id} {secret}").decode()
    picture = segno.make(factors.address(secret, current_user.email, bank.campaign.name), error="m")
    svg = picture.svg_inline(scale=5, border=4, dark="#000000", light="#ffffff", omitsize=True)
    grouped = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
    page = render_template("organize/factor.html", form=form, picture=Markup(svg), secret=grouped)  # noqa: S704
    return page, status


@bp.post("/factor")
def set_factor() -> ResponseReturnValue:
    form = FactorForm()
    try:
        word, number, secret = keys.unseal((form.sealed.data or "").encode()).split(" ")
    except (Misconfigured, ValueError):
        word, number, secret = "", "", ""
    if (word, number) != ("factor", str(current_user.organizer_id)):
        return redirect(url_for("account.factor"), 303)
    who, email, now = current_user.organizer_id, current_user.email, clock.wall()

    def write(db: Session) -> tuple[list[str], str]:
        codes = factors.set_up(db, keys, who, secret, form.code.data or "", now=now)
        sessions.end_all(db, who)
        audit.note(db, email, "factor_on", now=now)
        return codes, sessions.begin(db, who, browser(), now=now)

    try:
        codes, token = database.write(write)
    except Malformed as problem:
        form.code.errors = [explain(problem)]
        return _factor_page(form, secret, 422)
    except Conflict as problem:
        flash(explain(problem))
        return redirect(url_for("account.show"), 303)
    login_user(room.Account.signed_in(token))
    return render_template("organize/codes.html", codes=codes)


@bp.post("/factor/off")
def remove_factor() -> ResponseReturnValue:
    form = ProofForm()
    if not current_user.has_factor or not proves(form.proof.data or ""):
        return _wrong_proof(form)
    who, email, now = current_user.organizer_id, current_user.email, clock.wall()

    def write(db: Session) -> None:
        factors.remove(db, who)
        audit.note(db, email, "factor_off", now=now)

    database.write(write)
    flash(gettext("The second factor is off."))
    return redirect(url_for("account.show"), 303)


@bp.post("/factor/codes")
def renew_codes() -> ResponseReturnValue:
    form = ProofForm()
    if not current_user.has_factor or not proves(form.proof.data or ""):
        return _wrong_proof(form)
    who, email, now = current_user.organizer_id, current_user.email, clock.wall()

    def write(db: Session) -> list[str]:
        audit.note(db, email, "recovery_made", now=now)
        return factors.new_codes(db, keys, who)

    return render_template("organize/codes.html", codes=database.write(write))


def _wrong_proof(form: ProofForm) -> ResponseReturnValue:
    form.proof.errors = [gettext("This is not right, or too many were tried: then wait a while.")]
    return _page(422, proof=form)


@bp.post("/sessions/<int(max=2147483647):number>/end")
def end_session(number: int) -> ResponseReturnValue:
    """Sign out of one browser; also of this one."""
    who, email, now = current_user.organizer_id, current_user.email, clock.wall()

    def write(db: Session) -> bool:
        if ended := sessions.end(db, who, number):
            audit.note(db, email, "session_ended", now=now)
        return ended

    if not database.write(write):
        abort(404)
    return redirect(url_for("account.show"), 303)


@bp.post("/sign-out-everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    who, email, now = current_user.organizer_id, current_user.email, clock.wall()

    def write(db: Session) -> None:
        sessions.end_all(db, who)
        organizers.end_links(db, who)
        audit.note(db, email, "signed_out_everywhere", now=now)

    database.write(write)
    logout_user()
    flash(gettext("You are signed out, here and everywhere else."))
    return redirect(url_for("signing_in.show"), 303)


def browser() -> str:
    """This browser, in a few words."""
    return sessions.describe(request.user_agent.string)


def proves(typed: str, *, only_password: bool = False) -> bool:
    """Whether what was typed is the password of who is signed in, or a code of their second factor. Guesses are
    throttled like those at the door."""
    who, now, secrets = current_user.organizer_id, clock.wall(), keys
    attempts = throttle.key(keys, "proof", str(who))
    if not database.write(lambda db: throttle.attempt(db, attempts, now=now)):
        return False
    with database.read() as db:
        kept = organizers.password_of(db, who)
    right = passwords.fits(kept, typed)
    if not right and not only_password:
        right = bool(database.write(lambda db: _takes(db, secrets, who, typed)))
    if right:
        database.write(lambda db: throttle.succeeded(db, attempts))
    return right


def _takes(db: Session, secrets: Keys, who: int, code: str) -> str | None:
    return factors.take(db, secrets, who, code, now=clock.wall())
