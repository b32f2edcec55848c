"""`/organize/partners`: who embeds the form. Organizers add, change, pause, and make links to partners' own pages."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import flash, get_flashed_messages, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session
from wtforms import HiddenField, StringField, TextAreaField

from campaign import audit, clock, partners, reports, sharing
from campaign.emails import parse_email
from campaign.errors import Conflict, Malformed, NotFound
from campaign.partners import Partner
from campaign.web import room
from campaign.web.extensions import database, keys
from campaign.web.fields import TypedForm, rule
from campaign.web.i18n import explain
from campaign.web.share import absolute

bp = room.blueprint("partners_room", __name__, "/partners", least="organizer")


class PartnerForm(TypedForm):
    """A partner's name and origins; of a new one its code as well."""

    code = StringField(_("Code"), description=_("Small letters, digits and hyphens, like riverside-church. It stays."))
    name = StringField(_("Name"))
    origins = TextAreaField(
        _("Sites that may show the form"),
        description=_("One on each line, like https://www.example.org, without a path."),
    )
    seen = HiddenField()
    """What name and origins were when the page was opened."""

    def lines(self) -> list[str]:
        return [line.strip() for line in (self.origins.data or "").splitlines() if line.strip()]


class ContactForm(TypedForm):
    """Where a partner is written to."""

    email = StringField(_("Contact address"), [rule(parse_email)])


@bp.get("", strict_slashes=False)
def index() -> ResponseReturnValue:
    with database.read() as db:
        found = partners.all_of(db)
        letters = {row.key: row.letters for row in reports.table(db, "partner")}
    return render_template("organize/partners.html", partners=found, letters=letters)


@bp.get("/new")
def begin() -> ResponseReturnValue:
    return render_template("organize/partner_new.html", form=PartnerForm(formdata=None))


@bp.post("", strict_slashes=False)
def add() -> ResponseReturnValue:
    form, now, who = PartnerForm(), clock.wall(), current_user.email
    code = (form.code.data or "").strip()

    def write(db: Session) -> None:
        partners.add(db, code, form.name.data or "", form.lines(), now=now)
        audit.note(db, who, "partner_added", code, now=now)

    try:
        database.write(write)
    except (Malformed, Conflict) as problem:
        _at_its_field(form, problem)
        return render_template("organize/partner_new.html", form=form), 422
    flash(gettext("The partner is added. Copy the line below for its site."))
    return redirect(url_for("partners_room.show", code=code), 303)


def _at_its_field(form: PartnerForm, problem: Malformed | Conflict) -> None:
    field = form[problem.field if problem.field in form else "name"]
    field.errors = [*field.errors, explain(problem)]


@bp.get("/<code>")
def show(code: str) -> ResponseReturnValue:
    return _page(_find(code))


def _find(code: str) -> Partner:
    with database.read() as db:
        found = partners.find(db, code)
    if found is None:
        raise NotFound("There is no partner with the code %(code)s.", code=code)
    return found


def _page(found: Partner, status: int = 200, **more: Any) -> ResponseReturnValue:
    with database.read() as db:
        total = reports.table(db, partner=found.code)[0]
        has_link = partners.has_link(db, found.code)
        email = partners.email_of(db, keys, found.code)
    form = PartnerForm(formdata=None, data=vars_of(found))
    told = {"form": form, "contact": ContactForm(formdata=None), "link": "", "problem": "", **more}
    page = render_template(
        "organize/partner.html",
        owner=found,
        total=total,
        has_link=has_link,
        email=sharing.masked(email) if email else "",
        messages=get_flashed_messages(),
        **told,
    )
    return page, status


def vars_of(found: Partner) -> dict[str, str]:
    """What stands in the form when it is opened."""
    return {"name": found.name, "origins": "\n".join(found.origins), "seen": partners.state_of(found)}


@bp.post("/<code>")
def change(code: str) -> ResponseReturnValue:
    form, now, who = PartnerForm(), clock.wall(), current_user.email
    seen = (form.seen.data or "").replace("\r\n", "\n")

    def write(db: Session) -> None:
        partners.change(db, code, form.name.data or "", form.lines(), seen=seen)
        audit.note(db, who, "partner_changed", code, now=now)

    try:
        database.write(write)
    except Malformed as problem:
        _at_its_field(form, problem)
        return _page(_find(code), 422, form=form)
    except Conflict as problem:
        found = _find(code)
        form.seen.data = partners.state_of(found)
        return _page(found, 409, form=form, problem=explain(problem), now_is=vars_of(found))
    flash(gettext("Saved."))
    return redirect(url_for("partners_room.show", code=code), 303)


@bp.post("/<code>/contact")
def set_contact(code: str) -> ResponseReturnValue:
    """Write to another address from now on, or, with the other button, to none."""
    form, now, who = ContactForm(), clock.wall(), current_user.email
    if "forget" in request.form:
        act: Any = partial(partners.forget_email, code=code)
    elif form.validate():
        act = partial(partners.change_email, keys=keys, code=code, email=form.email.data or "")
    else:
        return _page(_find(code), 422, contact=form)
    _do("partner_email", code, act, who, now)
    flash(gettext("Saved."))
    return redirect(url_for("partners_room.show", code=code, _anchor="contact"), 303)


@bp.post("/<code>/pause")
def pause(code: str) -> ResponseReturnValue:
    now = clock.wall()
    _do("partner_paused", code, partial(partners.pause, code=code, now=now), current_user.email, now)
    return redirect(url_for("partners_room.show", code=code), 303)


@bp.post("/<code>/resume")
def resume(code: str) -> ResponseReturnValue:
    _do("partner_resumed", code, partial(partners.resume, code=code), current_user.email, clock.wall())
    return redirect(url_for("partners_room.show", code=code), 303)


@bp.post("/<code>/link")
def renew_link(code: str) -> ResponseReturnValue:
    """A new private link, shown on this very page and never again; or, with the other button, none any more."""
    now, who = clock.wall(), current_user.email
    if "end" in request.form:
        _do("partner_unlinked", code, partial(partners.end_link, code=code), who, now)
        return redirect(url_for("partners_room.show", code=code, _anchor="private"), 303)
    token = _do("partner_link", code, partial(partners.new_link, code=code), who, now)
    return _page(_find(code), link=absolute("partner_page.show", token=token))


def _do(action: str, code: str, act: Any, who: str, now: Any) -> Any:
    """Do something to a partner, and note it in the log."""

    def noted(db: Session) -> Any:
        done = act(db)
        audit.note(db, who, action, code, now=now)
        return done

    return database.write(noted)
