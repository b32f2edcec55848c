"""`/organize/batches`: what is quarantined, what comes in crowds, and what organizers did about it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session
from wtforms import Field, SelectField, StringField, TextAreaField, ValidationError

from campaign import audit, batches, clock, partners, screening
from campaign.batches import Filter
from campaign.emails import domain_of, parse_email
from campaign.errors import Malformed
from campaign.models.batch import ACTIONS
from campaign.web import room
from campaign.web.extensions import bank, database, keys
from campaign.web.fields import TypedForm, rule
from campaign.web.i18n import explain

bp = room.blueprint("batches", __name__, "/batches", least="organizer")

YEARS = range(2000, 2101)
"""Of these, moments can be reckoned with; at the end of time they cannot."""

LOOK_BACK = timedelta(days=1)
"""Of what time crowds are shown."""


def parse_domain(text: str) -> str:
    """The domain of addresses, as the network writes it; an address may be typed as well.

    Raises:
        Malformed: it cannot be one.
    """
    try:
        return domain_of(parse_email(f"name@{text.strip().rpartition('@')[2]}"))
    except Malformed:
        raise Malformed("Enter a domain like example.org.", field="domain") from None


def parse_minute(text: str) -> str:
    """A minute as browsers send it from a field for a day and a time: `2026-11-24T12:05`.

    Raises:
        Malformed: it is none.
    """
    try:
        moment = datetime.strptime(text.strip()[:16], "%Y-%m-%dT%H:%M")  # noqa: DTZ007
    except ValueError:
        raise Malformed("Enter a day and a time.") from None
    if moment.year not in YEARS:
        raise Malformed("Enter a day and a time.")
    return moment.isoformat(timespec="minutes")


def parse_mark(text: str) -> str:
    """The mark of a network or of words, as it stands with a crowd.

    Raises:
        Malformed: it is none.
    """
    if not re.fullmatch("[0-9a-f]{64}", mark := text.strip()):
        raise Malformed("This is no mark. Choose a crowd from the table above.")
    return mark


def parse_why(text: str) -> str:
    """Why something is quarantined: a word such as `trap`, or `batch-12`.

    Raises:
        Malformed: it cannot be one.
    """
    if not re.fullmatch("[a-z0-9-]{1,40}", why := text.strip()):
        raise Malformed("Enter one word from the table above, such as batch-12.")
    return why


class FilterForm(TypedForm):
    """Which messages and pledges?"""

    noun = SelectField(_("What"), choices=lambda: _nouns(), default="", validate_choice=False)
    network = StringField(
        _("Network"),
        [rule(parse_mark, optional=True)],
        description=_("Its mark, from a crowd above. Kept for 30 days."),
    )
    domain = StringField(
        _("Domain of the email addresses"),
        [rule(parse_domain, optional=True)],
        description=_("For example example.org"),
    )
    words = TextAreaField(
        _("The writer’s own words"),
        description=_("What somebody wrote as their story, whole; found where it is the same."),
    )
    words_mark = StringField(_("Mark of the own words"), [rule(parse_mark, optional=True)])
    partner = SelectField(_("Partner"), choices={}, validate_choice=False)
    since = StringField(_("From"), [rule(parse_minute, optional=True)])
    until = StringField(_("To the end of the minute"), [rule(parse_minute, optional=True)])
    quarantined_for = StringField(
        _("Why it is in quarantine"),
        [rule(parse_why, optional=True)],
        description=_("From the table above, such as batch-12."),
    )

    def validate_noun(self, field: Field) -> None:
        if field.data not in _nouns():
            raise ValidationError(gettext("Choose one of these."))

    def validate_partner(self, field: Field) -> None:
        if field.data:
            with database.read() as db:
                if partners.find(db, field.data) is None:
                    raise ValidationError(gettext("Choose one of these."))

    def wanted(self) -> Filter:
        """What was typed, with what is sensitive of it as hashes."""
        words = screening.plain(self.words.data or "")
        return Filter(
            noun=self.noun.data or "",
            network_hash=self.network.data or "",
            domain=self.domain.data or "",
            domain_hash=screening.domain_hash(keys, self.domain.data) if self.domain.data else "",
            words_hash=keys.fingerprint("words", words) if words else self.words_mark.data or "",
            partner=self.partner.data or "",
            since=_moment(self.since.data),
            until=_moment(self.until.data, timedelta(minutes=1)),
            quarantined_for=self.quarantined_for.data or "",
        )


def _nouns() -> dict[str, str]:
    return {"": gettext("Letters and pledges"), "messages": gettext("Letters"), "pledges": gettext("Pledges")}


def _moment(typed: str | None, later: timedelta = timedelta()) -> str:
    """A time on the campaign's clock, as a moment."""
    if not typed:
        return ""
    return (datetime.fromisoformat(typed).replace(tzinfo=bank.campaign.zone) + later).isoformat()


@bp.get("/", strict_slashes=False)
def show() -> ResponseReturnValue:
    return _page(FilterForm(formdata=None))


@bp.post("/look")
def look() -> ResponseReturnValue:
    """How many these are. By POST, though it changes nothing: what supporters wrote belongs into no address."""
    form = FilterForm()
    return (_page(form, looked=True), 200) if form.validate() else (_page(form), 422)


@bp.post("/", strict_slashes=False)
def act() -> ResponseReturnValue:
    """Write the entry; the worker does the rest."""
    form = FilterForm()
    if not form.validate():
        return _page(form), 422
    action, reason = request.form.get("action", ""), request.form.get("reason", "")
    wanted, who, now = form.wanted(), current_user.email, clock.wall()

    def start(db: Session) -> int:
        number = batches.start(db, wanted, action, reason, who, now=now)
        audit.note(db, who, "batch_started", f"batch-{number}", now=now)
        return number

    try:
        done = database.write(start)
    except Malformed as problem:
        return _page(form, looked=True, problem=problem), 422
    return redirect(url_for("batches.show", _anchor=f"b{done}"), 303)


def _page(form: FilterForm, *, looked: bool = False, problem: Malformed | None = None) -> str:
    with database.read() as db:
        form.partner.choices = {"": gettext("Any"), **{one.code: one.name for one in partners.all_of(db)}}
        counts = {action: batches.count(db, form.wanted(), action) for action in ACTIONS} if looked else None
        return render_template(
            "organize/batches.html",
            form=form,
            counts=counts,
            typed=[(name, value) for name, value in request.form.items() if name in form and name != "csrf_token"],
            problem=problem and explain(problem),
            reason=request.form.get("reason", ""),
            crowds=screening.crowds(db, clock.wall() - LOOK_BACK),
            quarantined=batches.quarantined(db),
            batches=batches.newest(db),
            reason_max=batches.REASON_MAX,
        )
