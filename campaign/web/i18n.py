"""The language of a page. English is the only one for now; every visible sentence goes through gettext already.

Another is added to `look.LANGUAGES` when it has a catalog.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Flask
from flask_babel import Babel, format_currency, gettext

from campaign.errors import Problem
from campaign.web import frames, look

babel = Babel()


def say(msgid: str, values: dict[str, Any] | None = None) -> str:
    """A sentence from below the web, translated and then filled in."""
    return str(gettext(msgid, **values) if values else gettext(msgid))


def explain(problem: Problem) -> str:
    """What a problem has to say to the person who must answer it."""
    return say(problem.msgid, problem.values)


def dollars(cents: int) -> str:
    """A sum as it is written in the language of the page."""
    return str(format_currency(Decimal(cents) / 100, "USD"))


def init_app(app: Flask) -> None:
    babel.init_app(app, default_locale=look.LANGUAGES[0], locale_selector=frames.language)
    app.add_template_global(say)
    app.add_template_filter(dollars)
