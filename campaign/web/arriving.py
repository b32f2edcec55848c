"""How something comes to be finished here: what tells a person at a form from a program that fills it in."""

from __future__ import annotations

from campaign import clock
from campaign.screening import Arrival
from campaign.web import limits
from campaign.web.extensions import settings
from campaign.web.forms import ScreenedForm


def arrival(form: ScreenedForm, opened: float | None, words: str = "") -> Arrival:
    """How a form has come.

    Args:
        opened: when its page was opened, in seconds since 1970; None where it does not say so as we do.
        words: the writer's own.
    """
    return Arrival(limits.network(), words, trapped=bool(form.homepage.data), hasty=_is_hasty(opened))


def _is_hasty(opened: float | None) -> bool:
    least = settings.least_seconds
    if not least or opened is None:
        return bool(least)
    # A clock that was put back says nothing of anybody's haste.
    return 0 <= clock.wall().timestamp() - opened < least
