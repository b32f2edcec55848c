"""`/organize/congress`: which seats have heard from somebody, the page of each office, and who else may see that."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from wtforms import SelectField, StringField

from campaign import clock, coverage, reports, shares
from campaign.coverage import Filter
from campaign.errors import Conflict
from campaign.web import offices, room, seatmap
from campaign.web.extensions import congress, database, settings
from campaign.web.fields import TypedForm, rule
from campaign.web.forms import EmptyForm
from campaign.web.mine import ROW
from campaign.web.share import absolute

bp = room.blueprint("coverage", __name__, "/congress")

MADE = "made_link"
"""Where a session holds the link that was just made, until it is shown: nobody can find it out later."""

FILTERS = ("chamber", "state", "committee", "reach")


class ShareForm(TypedForm):
    """Who else shall see an office's page, and for how long?"""

    audience = StringField(_("For whom"), [rule(shares.parse_audience)])
    days = SelectField(
        _("For how long"), [rule(shares.parse_days)], choices=lambda: _terms(), default="7", validate_choice=False
    )


def _terms() -> dict[str, str]:
    return {"1": gettext("One day"), "7": gettext("7 days"), "30": gettext("30 days")}


@bp.get("/", strict_slashes=False)
def show() -> ResponseReturnValue:
    now = clock.calendar(settings)
    with database.read() as db:
        rows = reports.table(db, "seat")
        links = shares.open_ones(db, clock.wall()) if room.reaches(current_user.role, "organizer") else []
    held = (congress.office(seat, now) for seat in congress.roster.offices)
    seats = coverage.seats(held, rows)
    bodies = coverage.bodies(seats.values())
    wanted = Filter(**{name: request.args.get(name, "") for name in FILTERS})
    return render_template(
        "organize/coverage.html",
        seats=seats,
        reaches={reach: sum(1 for seat in seats.values() if seat.reach == reach) for reach in coverage.REACHES},
        bodies=bodies,
        committee_options=[(body.committee.code, body.name) for body in bodies],
        deciding=[seat for seat in seats.values() if seat.decides],
        next_ones=coverage.next_ones(seats.values()),
        pictures=seatmap.pictures(seats.values()),
        geometry=seatmap,
        wanted=wanted,
        chosen=[seat for seat in seats.values() if wanted.fits(seat)],
        many=coverage.MANY,
        links=links,
        form=EmptyForm(),
        as_of=congress.as_of,
    )


@bp.get("/<seat>")
def office(seat: str) -> ResponseReturnValue:
    return _page(seat, ShareForm(formdata=None))


@bp.post("/<seat>/share")
def make_link(seat: str) -> ResponseReturnValue:
    """Make a link to an office's page for somebody outside."""
    room.require("organizer")
    form, held = ShareForm(), congress.office(seat, clock.calendar(settings))
    if held.bioguide is None:
        raise Conflict("Nobody holds this seat now.")
    if not form.validate():
        return _page(seat, form), 422
    member, who = held.bioguide, current_user.email
    audience, days = form.audience.data, form.days.data
    token = database.write(lambda db: shares.make(db, seat, member, audience, days, who, now=clock.wall()))
    session[MADE] = {"seat": seat, "link": absolute("shared_office.show", token=token)}
    return redirect(url_for("coverage.office", seat=seat, _anchor="links"), 303)


@bp.post(f"/links/<{ROW}:link>/end")
def end_link(link: int) -> ResponseReturnValue:
    """End a link at once."""
    room.require("organizer")
    who = current_user.email
    seat = database.write(lambda db: shares.end(db, link, who, now=clock.wall()))
    return redirect(url_for("coverage.office", seat=seat, _anchor="links"), 303)


def _page(seat: str, form: ShareForm) -> str:
    shown = offices.page(seat)
    made = session.pop(MADE, None)
    with database.read() as db:
        links = shares.open_ones(db, clock.wall(), seat) if room.reaches(current_user.role, "organizer") else []
    return render_template(
        "organize/office.html",
        **shown,
        form=form,
        links=links,
        made=made["link"] if made and made["seat"] == seat else None,
        pass_on=absolute("pages.home", ref=seat.lower()),
    )
