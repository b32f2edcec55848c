"""`/organize/lists`: what is stored, row by row, and as files. The address holds it all, to be kept and passed on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_login import current_user

from campaign import audit, clock, listable, listed, listing
from campaign.errors import Malformed, NotFound
from campaign.listable import Key, Noun
from campaign.listing import Wanted
from campaign.web import room, spreadsheets
from campaign.web.extensions import bank, database, keys, settings
from campaign.web.i18n import explain
from campaign.web.listform import ListForm

bp = room.blueprint("lists", __name__, "/lists", least="organizer")

TITLES = {
    "messages": _("Letters"),
    "pledges": _("Pledges"),
    "clicks": _("Donation hand-overs"),
    "partners": _("Partners"),
    "mails": _("Mails that were given up"),
    "quarantined-messages": _("Letters in quarantine"),
    "quarantined-pledges": _("Pledges in quarantine"),
}

ABOUT = {
    "messages": _(
        "Each letter: when and whence it came, and what its writer says became of it. Nobody’s name or words."
    ),
    "pledges": _("Each promise of a further step, and what became of it."),
    "clicks": _("Each time somebody, or a program, was sent on to a donation page."),
    "partners": _("Organizations that embed the form, with their letters."),
    "mails": _("Mails that no server took, and why. Kept for 30 days."),
    "quarantined-messages": _("Letters that look stuffed: kept, and counted nowhere."),
    "quarantined-pledges": _("Pledges that look stuffed: kept, and counted nowhere."),
}

HEADS = {
    "number": _("Number"),
    "when": _("When"),
    "letter": _("Letter"),
    "state": _("State"),
    "district": _("District"),
    "partner": _("Partner"),
    "link": _("Link"),
    "own": _("Own words, percent"),
    "said": _("What was said of it"),
    "pledged": _("With a pledge"),
    "quarantine": _("In quarantine"),
    "kind": _("Kind"),
    "confirmed": _("Confirmed"),
    "fulfilled": _("Done"),
    "withdrawn": _("Withdrawn"),
    "destination": _("Donation page"),
    "by": _("Who asked"),
    "gift": _("Gift"),
    "mail": _("Kind"),
    "tries": _("Tries"),
    "name": _("Name"),
    "sites": _("Sites"),
    "since": _("Since"),
    "paused": _("Paused"),
    "letters": _("Letters"),
    "given_up": _("Given up"),
    "why": _("Why"),
}


@bp.get("", strict_slashes=False)
def index() -> ResponseReturnValue:
    return render_template("organize/lists.html", titles=TITLES, about=ABOUT)


def _noun(name: str) -> Noun:
    if name not in listable.NOUNS:
        raise NotFound("There is no such list.")
    return listable.NOUNS[name]


def _asked(noun: Noun) -> tuple[ListForm, Wanted | None]:
    """What the address asks for; None where it cannot be."""
    form = ListForm(request.args)
    form.offer(noun)
    if not form.validate():
        return form, None
    fields = [field.name for field in form if field.name in (*noun.leading, *noun.others)]
    filters = {name: form[name].data.strip() for name in fields if (form[name].data or "").strip()}
    days = {
        name: date.fromisoformat(form[name].data) for name in ("since", "until") if name in form and form[name].data
    }
    return form, Wanted(noun, filters, **days, oldest_first=(form.order.data == "oldest") != noun.forward)


@bp.get("/<name>")
def show(name: str) -> ResponseReturnValue:
    noun = _noun(name)
    form, wanted = _asked(noun)
    page, rows, problem, status = None, [], "", 200
    if wanted is None:
        status = 422
    else:
        try:
            start, back = _place(noun)
            with database.read() as db:
                page = listing.page(db, wanted, start, back=back)
                rows = listed.written(db, wanted, page.rows, bank.campaign.zone)
        except Malformed as trouble:
            problem, status = explain(trouble), 422
    answer = render_template(
        "organize/list.html",
        noun=noun,
        title=TITLES[name],
        about=ABOUT[name],
        form=form,
        filtered=bool(_query(form)),
        columns=listed.COLUMNS[noun.model],
        heads=HEADS,
        rows=rows,
        page=page,
        problem=problem,
        at=lambda **more: url_for("lists.show", name=name, **{**_query(form), **more}),
        file=lambda **more: url_for("lists.export", name=name, **{**_query(form), **more}),
        looked_at=listing.LOOKED_AT,
    )
    return answer, status


def _place(noun: Noun) -> tuple[Key | None, bool]:
    """Where in the list, and whether it is the page before that."""
    before, after = request.args.get("before"), request.args.get("after")
    text = before or after
    return (noun.read_key(text) if text else None), bool(before)


def _query(form: ListForm) -> dict[str, Any]:
    """The filters as they stand in an address, without those that are not set."""
    told = {field.name: request.args.get(field.name, "").strip() for field in form}
    return {name: value for name, value in told.items() if value}


@bp.get("/<name>/file")
def export(name: str) -> ResponseReturnValue:
    """How many rows there are, and in which form they can be had."""
    noun = _noun(name)
    form, wanted = _asked(noun)
    if wanted is None:
        return show(name)
    with database.read() as db:
        n = listing.count(db, wanted)
    return render_template(
        "organize/export.html",
        title=TITLES[name],
        n=n,
        counted=listing.COUNTED,
        query=_query(form),
        back=url_for("lists.show", name=name, **_query(form)),
        action=url_for("lists.download", name=name),
        emails=name == "pledges",
    )


@bp.get("/<name>/rows")
def download(name: str) -> ResponseReturnValue:
    """The rows as a file, sent as they are read."""
    noun = _noun(name)
    _form, wanted = _asked(noun)
    if wanted is None:
        return show(name)
    who, now, zone, secrets, own = current_user.email, clock.wall(), bank.campaign.zone, keys, database
    database.write(lambda db: audit.note(db, who, "exported", name, now=now))
    names = listed.columns(wanted, in_file=True)
    # The parts themselves and not their proxies: the rows are read when the request is over.
    chunks = listed.in_chunks(own._get_current_object(), secrets._get_current_object(), wanted, zone)  # type: ignore[attr-defined]
    is_json = request.args.get("form") == "jsonl"
    lines = _json(names, chunks) if is_json else spreadsheets.stream(names, chunks, bom="bom" in request.args)
    response = Response(lines, mimetype="application/jsonl" if is_json else "text/csv")
    day = clock.day(settings, zone).isoformat()
    ending = "jsonl" if is_json else "csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{day}.{ending}"'
    return response


def _json(names: tuple[str, ...], chunks: Iterator[list[tuple[str, ...]]]) -> Iterator[str]:
    for chunk in chunks:
        yield "".join(f"{listed.as_json(names, row)}\n" for row in chunk)
