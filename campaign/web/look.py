"""How the form looks on a partner's page: by tokens in the frame's address, and never by styles of somebody else's.

`accent=RRGGBB`, `scheme=light|dark|auto` (the last, as without it: like the visitor's device), `radius` (in pixels) and
`lang`. What is none of these is as if it were not said: a slip in an address breaks no partner's page. Where such an
address is written, `PARSERS` say what is wrong.
"""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress
from dataclasses import asdict, dataclass

from flask import Flask, g, request

from campaign.colors import Color, readable, stronger, text_on
from campaign.errors import Malformed

SCHEMES = ("light", "dark")
AUTO = "auto"
RADIUS_MAX = 24

LANGUAGES = ("en",)
"""Those in which the campaign speaks; the first where none is chosen."""

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
    lang: str = ""

    @property
    def tokens(self) -> dict[str, str]:
        """What has been chosen, as it stands in an address."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def css(self) -> str:
        """The custom properties that follow from it, as a style sheet: the same for the same look."""
        parts = [_rule(f"--radius:{self.radius}px")] if self.radius else []
        if self.accent:
            light, dark = (_rule(_colors(Color.parse(self.accent), scheme)) for scheme in SCHEMES)
            parts.append(light)
            if self.scheme != "light":  # on paper it is light, whatever was chosen
                screen = "screen" if self.scheme else "screen and (prefers-color-scheme:dark)"
                parts.append(f"@media {screen}{{{dark}}}")
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
    """`light` or `dark`; nothing for `auto`, which needs no token.

    Raises:
        Malformed: it is none of them.
    """
    if text not in (*SCHEMES, AUTO):
        raise Malformed("Choose light, dark or auto.", field="scheme")
    return "" if text == AUTO else text


def parse_radius(text: str) -> str:
    """How round corners are, in whole pixels.

    Raises:
        Malformed: it is not a whole number up to `RADIUS_MAX`.
    """
    digits = text.strip()
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 2 and int(digits) <= RADIUS_MAX):
        raise Malformed("Write a whole number from 0 to %(most)s.", field="radius", most=RADIUS_MAX)
    return str(int(digits))


def parse_lang(text: str) -> str:
    """One of the campaign's languages.

    Raises:
        Malformed: it has no such language.
    """
    if text not in LANGUAGES:
        raise Malformed("Choose one of these languages: %(languages)s.", field="lang", languages=", ".join(LANGUAGES))
    return text


PARSERS = {"accent": parse_accent, "scheme": parse_scheme, "radius": parse_radius, "lang": parse_lang}


def look() -> Look:
    """The look of the frame that this request is for."""
    if "look" not in g:
        chosen = {}
        for name, parser in PARSERS.items():
            with suppress(Malformed):
                chosen[name] = parser(request.args.get(name, ""))
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
