"""`/organize/people`: whose accounts there are. Admins invite, change roles, and remove."""

from __future__ import annotations

from flask import flash, get_flashed_messages, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session
from wtforms import SelectField, StringField

from campaign import audit, clock, organizers
from campaign.delivery import outbox
from campaign.emails import parse_email
from campaign.errors import Conflict, NotFound, Problem
from campaign.web import room
from campaign.web.extensions import database, keys, settings
from campaign.web.fields import TypedForm, rule
from campaign.web.i18n import explain
from campaign.web.signing_in import MAIL, link_mail

bp = room.blueprint("people", __name__, "/people", least="admin")

ROLES = {
    "viewer": _("Viewer: looks at figures"),
    "organizer": _("Organizer: also downloads lists, and says what counts"),
    "admin": _("Admin: also invites and removes"),
}


class InviteForm(TypedForm):
    """Whom to invite, and what they may."""

    email = StringField(_("Email address"), [rule(parse_email)])
    role = SelectField(_("Role"), default="organizer", validate_choice=False)


class RoleForm(TypedForm):
    """What an account may from now on."""

    role = SelectField(_("Role"), validate_choice=False)


@bp.get("", strict_slashes=False)
def show() -> ResponseReturnValue:
    return _page(InviteForm(formdata=None))


def _page(form: InviteForm, problem: str = "", status: int = 200) -> ResponseReturnValue:
    with database.read() as db:
        members = organizers.all_of(db)
    page = render_template(
        "organize/people.html",
        members=members,
        form=form,
        roles=ROLES,
        problem=problem,
        messages=get_flashed_messages(),
        mailless=settings.mail_url is None,
    )
    return page, status


@bp.post("", strict_slashes=False)
def invite() -> ResponseReturnValue:
    form, now, by = InviteForm(), clock.wall(), current_user.email
    if not form.validate():
        return _page(form, status=422)
    email, role = (form.email.data or "").casefold(), form.role.data or ""

    def write(db: Session) -> None:
        secret = organizers.add(db, keys, email, role=role, now=now)
        _send(db, organizers.find_by_email(db, email), secret, by)
        audit.note(db, by, "invited", f"{email} ({role})", now=now)

    try:
        database.write(write)
    except Problem as problem:
        has_account = isinstance(problem, Conflict) and problem.field == "email"
        said = gettext("This address has an account.") if has_account else explain(problem)
        form[problem.field if problem.field in form else "email"].errors = [said]
        return _page(form, status=422)
    flash(gettext("The invitation is on its way to %(email)s. It works for 24 hours.", email=email))
    return redirect(url_for("people.show"), 303)


@bp.post("/<int(max=2147483647):number>/link")
def send_link(number: int) -> ResponseReturnValue:
    """Mail another link, for whoever let the first one expire."""
    now, by = clock.wall(), current_user.email

    def write(db: Session) -> str:
        found = organizers.find(db, number)
        if found is None:
            raise NotFound("This account is not there any more.")
        _send(db, found, organizers.new_link(db, keys, number, now), by)
        audit.note(db, by, "link_sent", found.email, now=now)
        return found.email

    try:
        email = database.write(write)
    except Problem as problem:
        return _page(InviteForm(formdata=None), explain(problem), problem.status)
    flash(gettext("A link is on its way to %(email)s. It works for 24 hours.", email=email))
    return redirect(url_for("people.show"), 303)


def _send(db: Session, to: organizers.Organizer | None, secret: str, by: str) -> None:
    if to is None:
        raise NotFound("This account is not there any more.")
    subject, text = link_mail(secret, invited_by=by)
    if not outbox.enqueue(db, keys, MAIL, to.email, subject, text, now=clock.wall()):
        raise Conflict("Enough of these mails have left for one day. Make a link with “campaign organizer reset”.")


@bp.post("/<int(max=2147483647):number>/role")
def change_role(number: int) -> ResponseReturnValue:
    form, now = RoleForm(), clock.wall()
    by, email = current_user.organizer_id, current_user.email

    def write(db: Session) -> organizers.Organizer:
        changed = organizers.change_role(db, number, form.role.data or "", by=by)
        audit.note(db, email, "role_changed", f"{changed.email} ({changed.role})", now=now)
        return changed

    try:
        changed = database.write(write)
    except Problem as problem:
        return _page(InviteForm(formdata=None), explain(problem), problem.status)
    flash(gettext("%(email)s: %(role)s.", email=changed.email, role=ROLES[changed.role]))
    return redirect(url_for("people.show"), 303)


@bp.post("/<int(max=2147483647):number>/remove")
def remove(number: int) -> ResponseReturnValue:
    now, by, email = clock.wall(), current_user.organizer_id, current_user.email

    def write(db: Session) -> str:
        removed = organizers.remove(db, number, by=by)
        audit.note(db, email, "removed", removed, now=now)
        return removed

    try:
        removed = database.write(write)
    except Problem as problem:
        return _page(InviteForm(formdata=None), explain(problem), problem.status)
    flash(gettext("The account of %(email)s is removed.", email=removed))
    return redirect(url_for("people.show"), 303)
