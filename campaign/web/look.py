"""How the form looks on a partner's page: by tokens in the frame's address, and never by styles of somebody else's.

`accent=RRGGBB`, `scheme=light|dark` (otherwise as the visitor's device) and `radius` (in pixels). What is none of these
is as if it were not said: a slip in an address breaks no partner's page. The builder says what is wrong.
"""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress
from dataclasses import dataclass

from flask import Flask, g, request

from campaign.colors import Color, readable, stronger, text_on
from campaign.errors import Malformed

SCHEMES = ("light", "dark")
RADIUS_MAX = 24

BACKGROUNDS = {
    "light": (Color.parse("fbfaf6"), Color.parse("ffffff"), Color.parse("e9f1ef")),
    "dark": (Color.parse("12171b"), Color.parse("1a2126"), Color.parse("172a2a")),
}
"""`--paper`, `--raised` and `--soft` of `static/site.css`; a test holds the two against each other."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a partner has chosen of it; empty is as it comes."""

    accent: str = ""
    scheme: str = ""
    radius: str = ""

    @property
    def tokens(self) -> dict[str, str]:
        """What has been chosen, as it stands in an address."""
        chosen = {"accent": self.accent, "scheme": self.scheme, "radius": self.radius}
        return {name: value for name, value in chosen.items() if value}

    @property
    def css(self) -> str:
        """The custom properties that follow from it, as a style sheet: the same for the same look."""
        parts = [_rule(f"--radius:{self.radius}px")] if self.radius else []
        if self.accent:
            light, dark = (_colors(Color.parse(self.accent), scheme) for scheme in SCHEMES)
            if self.scheme:
                parts.append(_rule(dark if self.scheme == "dark" else light))
            else:
                parts += [_rule(light), f"@media (prefers-color-scheme:dark){{{_rule(dark)}}}"]
        return "".join(parts)


def _rule(properties: str) -> str:
    return f":root:root{{{properties}}}"  # twice, to weigh as much as the rules of `site.css` for dark devices


def _colors(accent: Color, scheme: str) -> str:
    behind = BACKGROUNDS[scheme]
    written = readable(accent, behind)
    on_fill = text_on(accent)
    colors = {
        "fill": accent,
        "fill-strong": stronger(accent, on_fill, 0.15),
        "on-fill": on_fill,
        "accent": written,
        "accent-strong": stronger(written, behind[0]),
    }
    return ";".join(f"--{name}:{color.hex}" for name, color in colors.items())


def parse_accent(text: str) -> str:
    """A color, in six small hexadecimal digits.

    Raises:
        Malformed: it is none.
    """
    return Color.parse(text).hex.removeprefix("#")


def parse_scheme(text: str) -> str:
    """`light` or `dark`.

    Raises:
        Malformed: it is neither.
    """
    if text not in SCHEMES:
        raise Malformed("Choose light or dark.", field="scheme")
    return text


def parse_radius(text: str) -> str:
    """How round corners are, in whole pixels.

    Raises:
        Malformed: it is not a whole number up to `RADIUS_MAX`.
    """
    digits = text.strip()
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 2 and int(digits) <= RADIUS_MAX):
        raise Malformed("Write a whole number from 0 to %(most)s.", field="radius", most=RADIUS_MAX)
    return str(int(digits))


PARSERS = {"accent": parse_accent, "scheme": parse_scheme, "radius": parse_radius}


def look() -> Look:
    """The look of the frame that this request is for."""
    if "look" not in g:
        chosen = {}
        for name, parse in PARSERS.items():
            with suppress(Malformed):
                chosen[name] = parse(request.args.get(name, ""))
        g.look = Look(**chosen)
    found: Look = g.look
    return found


def style_source() -> str:
    """What the policy has to allow for the look's style sheet to be read; empty where there is none."""
    if not (css := look().css):
        return ""
    return f"'sha256-{base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()}'"


def init_app(app: Flask) -> None:
    app.add_template_global(look)
