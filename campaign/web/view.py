"""What every template may use, beside what its own view gives it."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from flask_babel import format_datetime

from campaign import clock, consents
from campaign.addresses import STATES
from campaign.web import assets
from campaign.web.extensions import bank, settings
from campaign.web.i18n import say
from campaign.web.share import absolute


def asset(name: str) -> str:
    """The address of a file in `static/`, which changes with its content."""
    return assets.address(name)


def words(purpose: str, partner: str | None = None) -> str:
    """The words by which somebody agrees to something."""
    return say(consents.WORDINGS[purpose].text, {"partner": partner} if purpose == consents.SHARE else None)


def init_app(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.add_template_global(asset)
    app.add_template_global(absolute)
    app.add_template_global(words)

    @app.template_filter()
    def minute(moment: datetime) -> str:
        """A moment on the campaign's clock."""
        return str(format_datetime(moment.astimezone(bank.campaign.zone), "d MMM, HH:mm", rebase=False))

    @app.context_processor
    def _campaign() -> dict[str, object]:
        return {
            "campaign": bank.campaign,
            "destinations": bank.destinations,
            "kinds": bank.pledges,
            "questions": bank.questions,
            "figure": bank.figure,
            "states": STATES,
            "geocodio": bool(settings.geocodio_key),
            "today": clock.day(settings, bank.campaign.zone),
        }
