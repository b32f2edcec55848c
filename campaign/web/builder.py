"""The page on which a partner makes the line that shows the form on its own site.

Public at `/embed` for whoever knows the partner's code, which stands on the partner's page anyway; and in the
organizers' room.
"""

from __future__ import annotations

from typing import Any

from babel import Locale
from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField

from campaign.errors import NotFound
from campaign.partners import Partner
from campaign.web import embed, frames, headers, look, room
from campaign.web.extensions import bank
from campaign.web.fields import TypedForm, rule
from campaign.web.share import absolute

bp = Blueprint("builder", __name__)
in_room = room.blueprint("builder_room", __name__, "/partners")

FRAMED = f"{frames.PREFIX}letters.show"

NARROW, WIDE = 320, 720
"""The widths of the two previews, in CSS pixels: of a telephone, and of a column of text on a desk."""

RESERVED = {NARROW: 1180, WIDE: 820}
"""The height to keep free for the first page of a form at these widths, so that nothing moves when it comes.

`tests/browser/test_builder.py` holds it against the pages of all letters; the builder's own script measures the page
that is being built.
"""


def height() -> str:
    """The same as a style: between the two widths it falls in a straight line, and above stays as it is."""
    slope = (RESERVED[NARROW] - RESERVED[WIDE]) / (WIDE - NARROW)
    return f"max({RESERVED[WIDE]}px,calc({round(RESERVED[NARROW] + slope * NARROW)}px - {round(100 * slope)}vw))"


class BuilderForm(TypedForm):
    """What of the frame a partner chooses. It stores nothing, and comes by GET; what is not offered is the usual."""

    class Meta(TypedForm.Meta):
        csrf = False

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            return formdata

    letter = SelectField(_("Letter"), validate_choice=False)
    accent = StringField(_("Color of buttons and links"), [rule(look.parse_accent, optional=True)])
    scheme = SelectField(_("Light or dark"), validate_choice=False)
    lang = SelectField(_("Language"), validate_choice=False)
    radius = StringField(_("Roundness of corners"), [rule(look.parse_radius, optional=True)])


@bp.get("/embed")
def show() -> ResponseReturnValue:
    """For a partner who has its code; for everybody else, what it is and how one becomes a partner."""
    code = request.args.get("p", "").strip()
    found = frames.find(code) if code else None
    if found and not found.paused:
        return headers.public(make_response(_page(found, url_for("builder.show"))))
    problem = ""
    if code:  # whether the campaign has paused a partner is between the two
        problem = gettext("No form is shown for this code. Look at how it is spelled, or ask the campaign.")
    page = make_response(render_template("embed/ask.html", code=code, problem=problem))
    page.status_code = 404 if problem else 200
    return page if problem else headers.public(page)


@in_room.get("/<code>/embed")
def show_in_room(code: str) -> ResponseReturnValue:
    """The same in the organizers' room, also for a partner that is paused.

    Raises:
        NotFound: there is no such partner.
    """
    found = frames.find(code)
    if found is None:
        raise NotFound("There is no partner with the code %(code)s.", code=code)
    return _page(found, url_for("builder_room.show_in_room", code=code))


def _page(partner: Partner, action: str) -> str:
    letters = bank.shown("live")
    if not letters:
        raise NotFound("No letter is open now, so there is no form to show.")
    form = BuilderForm(request.args)
    form.letter.choices = {letter.slug: letter.file.title for letter in letters}
    form.scheme.choices = {
        "auto": gettext("As the visitor’s device"),
        "light": gettext("Always light"),
        "dark": gettext("Always dark"),
    }
    form.lang.choices = {code: Locale(code).get_display_name(code) for code in look.LANGUAGES}
    for field, usual in ((form.letter, letters[0].slug), (form.scheme, look.AUTO), (form.lang, look.LANGUAGES[0])):
        if field.data not in field.choices:
            field.data = usual
    form.validate()
    letter = bank.letter(form.letter.data)
    framed: dict[str, Any] = {"slug": letter.slug, "p": partner.code, **look.look().tokens}
    alone = absolute("letters.show", slug=letter.slug, p=partner.code)
    snippet = render_template(
        "embed/snippet.html",
        src=absolute(FRAMED, **framed),
        title=letter.file.title,
        height=height(),
        alone=alone,
        loader=absolute("embed.loader"),
    )
    return render_template(
        "embed/builder.html",
        owner=partner,
        action=action,
        form=form,
        snippet=" ".join(snippet.split()),
        preview=url_for(FRAMED, **framed),
        pinned=absolute("embed.pinned_loader", version=embed.script().version),
        integrity=embed.script().integrity,
        alone=alone,
        reserved=RESERVED,
        narrow=NARROW,
        wide=WIDE,
    )
