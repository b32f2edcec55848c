"""`/partner`: what a partner sees of its own campaign, and the list of those who let it have their email address.

Its page has a secret address, like a supporter's, and shows figures. The list is personal, and goes another way: see
`sharing`. Programs that read mail follow links, and press no buttons: so a button downloads it.
"""

from __future__ import annotations

import logging

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from campaign import clock, exports, partners, reports, sharing
from campaign.web import limits, spreadsheets
from campaign.web.extensions import bank, database, keys, settings
from campaign.web.i18n import explain
from campaign.web.share import absolute

log = logging.getLogger(__name__)

bp = Blueprint("partner_page", __name__, url_prefix="/partner")


@bp.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    return _page(token)


def _page(token: str, problem: str = "") -> str:
    with database.read() as session:
        partner = partners.find_by_link(session, token)
        total = reports.table(session, partner=partner.code)[0]
        days = reports.table(session, "day", partner.code)
        email = partners.email_of(session, keys, partner.code)
    return render_template(
        "partner/page.html",
        token=token,
        owner=partner,
        total=total,
        # A day on which everything was quarantined would tell of it by its zeros.
        days=[day for day in days if day.letters or day.pledged or day.handovers],
        contact=sharing.masked(email) if email else "",
        problem=problem,
        said=request.args.get("said"),
    )


@bp.post("/<token>/list")
def ask(token: str) -> ResponseReturnValue:
    """Mail the link to the list to the partner's contact address, and to no other."""
    with database.read() as session:
        partner = partners.find_by_link(session, token)

    def mail(token: str) -> tuple[str, str]:
        return _mail(partner.name, token)

    def store(session: Session) -> None:
        sharing.ask(session, keys, partners.find_by_link(session, token), mail, now=clock.wall())

    try:
        with limits.spending():
            database.write(store)
    except sharing.Enough as problem:
        return _page(token, explain(problem)), problem.status
    return redirect(url_for("partner_page.show", token=token, said="mailed", _anchor="list"), 303)


def _mail(name: str, token: str) -> tuple[str, str]:
    """The mail with the link to the list."""
    subject = gettext("Your list at %(name)s", name=bank.campaign.name)
    return subject, gettext(
        "Here is the list of those who let %(name)s have their email address at %(campaign)s. Open this page within an "
        "hour and press the button:\n\n%(link)s\n\nIf nobody of yours asked for it, leave it unopened, and tell the "
        "campaign: somebody has come by the address of your page.",
        name=name,
        campaign=bank.campaign.name,
        link=absolute("partner_page.show_list", token=token),
    )


@bp.get("/list/<token>")
def show_list(token: str) -> ResponseReturnValue:
    """The page with the button that downloads the list."""
    with database.read() as session:
        partner = sharing.read(session, keys, token, clock.wall())
        number = exports.shared_count(session, partner.code)
    return render_template("partner/list.html", token=token, owner=partner, number=number)


@bp.post("/list/<token>")
def download(token: str) -> ResponseReturnValue:
    """The list as it stands now, for a spreadsheet."""
    with database.read() as session:
        partner = sharing.read(session, keys, token, clock.wall())
        rows = list(exports.shared_rows(session, keys, partner.code, bank.campaign.zone))
    log.info("list downloaded", extra={"partner": partner.code, "rows": len(rows)})
    name = f"{partner.code}-{clock.day(settings, bank.campaign.zone).isoformat()}.csv"
    return spreadsheets.download(name, [exports.SHARED_COLUMNS, *rows])
