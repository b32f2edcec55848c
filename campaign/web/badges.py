"""`/embed/count…`: how many letters there are, of the campaign or through one partner, as a picture and as JSON."""

from __future__ import annotations

import unicodedata
from xml.etree.ElementTree import Element

from flask import Blueprint, jsonify, make_response
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from campaign.errors import NotFound
from campaign.partners import Partner
from campaign.web import counts, frames, headers, markup
from campaign.web.extensions import bank

bp = Blueprint("badge", __name__, url_prefix="/embed")

CACHE_SECONDS = 60

SIZE, HEIGHT, BASELINE, SPACE = 13, 28, 18.5, 11
"""Of the letters, of the badge, where its words stand, and how much room is left and right of them; in pixels."""

FONT = "Verdana, 'DejaVu Sans', Geneva, sans-serif"
_ASCII = """
32 40 46 84 64 95 78 27 39 39 50 84 32 36 32 34 64 64 64 64 64 64 64 64 64 64 34 34 84 84 84 53 100 68 69 70
77 63 58 77 75 29 29 66 56 86 75 79 60 79 69 63 61 73 68 99 69 61 69 39 34 39 84 50 50 61 63 55 63 62 35 63 63
28 28 58 28 97 63 61 63 63 41 52 39 63 59 82 59 59 52 64 34 64 84
"""
ADVANCES = dict(zip(map(chr, range(32, 127)), map(int, _ASCII.split()), strict=True))
"""How wide a sign of that font is, in hundredths of its size."""


@bp.get("/count.svg")
@bp.get("/count/<partner>.svg")
def picture(partner: str | None = None) -> ResponseReturnValue:
    """A badge for an `<img>`. It asks for no font: words are fitted into the room that they were measured for."""
    found = _partner(partner)
    figure = counts.shown(counts.public(partner).letters)
    response = make_response(markup.written(badge(gettext("Letters to Congress"), figure, _title(found, figure))))
    response.mimetype = "image/svg+xml"
    return headers.public(response, CACHE_SECONDS)


@bp.get("/count.json")
@bp.get("/count/<partner>.json")
def figures(partner: str | None = None) -> ResponseReturnValue:
    """The same for programs: what is withheld is null. A goal is the campaign's own."""
    _partner(partner)
    found, goal = counts.public(partner), bank.campaign.goal
    response = jsonify(
        {"partner": partner, "letters": found.letters, "pledges": found.pledges, "as_of": counts.as_of()}
        | ({"goal": goal} if goal else {})
    )
    return headers.public(response, CACHE_SECONDS)


def _partner(code: str | None) -> Partner | None:
    """The partner of an address, whether or not it takes part: what has counted for it, counts.

    Raises:
        NotFound: there is none of this code.
    """
    found = frames.find(code) if code else None
    if code and not found:
        raise NotFound("There is no such partner.")
    return found


def _title(partner: Partner | None, figure: str) -> str:
    """What the badge says to those who do not see it."""
    if partner:
        return str(gettext("Letters to Congress through %(partner)s: %(figure)s", partner=partner.name, figure=figure))
    return str(gettext("Letters to Congress: %(figure)s", figure=figure))


def badge(label: str, figure: str, title: str) -> Element:
    """A dark field and a colored one. It brings its own ground and edge, and so reads on light and dark pages."""
    first, second = (measure(text) + 2 * SPACE for text in (label, figure))
    width = first + second
    root = markup.element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        width=f"{width}",
        height=f"{HEIGHT}",
        viewBox=f"0 0 {width} {HEIGHT}",
        role="img",
        aria_label=title,
    )
    words = markup.element("g", fill="#fff", font_family=FONT, font_size=f"{SIZE}", text_anchor="middle")
    for text, left, room in ((label, 0, first), (figure, first, second)):
        words.append(
            markup.element("text", text, x=f"{left + room / 2}", y=f"{BASELINE}", textLength=f"{room - 2 * SPACE}")
        )
    corner = {"height": f"{HEIGHT}", "rx": "5"}
    root.extend(
        [
            markup.element("title", title),
            markup.element("rect", width=f"{width}", fill="#0b5f5a", **corner),
            markup.element(
                "path", d=f"M{first} 0H5a5 5 0 0 0-5 5v{HEIGHT - 10}a5 5 0 0 0 5 5h{first - 5}z", fill="#1d2730"
            ),
            markup.element(
                "rect",
                x=".5",
                y=".5",
                width=f"{width - 1}",
                height=f"{HEIGHT - 1}",
                rx="4.5",
                fill="none",
                stroke="#7d8790",
            ),
            words,
        ]
    )
    return root


def measure(text: str) -> int:
    """About how wide a text is, in whole pixels."""
    return round(sum(_advance(sign) for sign in text) * SIZE / 100)


def _advance(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    wide = unicodedata.east_asian_width(sign) in "WF"
    return ADVANCES.get(unicodedata.normalize("NFD", sign)[0], 100 if wide else 64)
