"""What was typed on one page of the way, held on to by the others in hidden fields. None of it is stored."""

from __future__ import annotations

import hashlib

from flask import request
from werkzeug.datastructures import MultiDict

from campaign.web.fields import clean_text
from campaign.web.forms import STORY

WRITING = ("role", "reasons", "name")
"""Fields of the writing page, beside the story. Its street and town have fields on the first page too."""
READING = ("pledges", "email", "may_contact", "may_share", "may_print", "may_quote")
"""Fields of the page on which the letters are read."""
BODY, DRAFTED, KEPT = "body-", "drafted-", "kept"
"""The letters; what tells whether one was changed; and changed ones, on a page that has no field for them."""

KEPT_MAX = 12
"""Four rounds of three letters. More would not fit into one form, were they long."""


def for_finding() -> list[tuple[str, str]]:
    """The hidden fields of a page before the writing page."""
    return _carried((*WRITING, *READING)) + _story() + [(KEPT, text) for text in changed_letters()]


def for_writing() -> list[tuple[str, str]]:
    """The hidden fields of the writing page."""
    return _carried(READING) + [(KEPT, text) for text in changed_letters()]


def answers() -> list[str]:
    """The answers to the campaign's questions."""
    return [text for _name, text in _story()]


def kept_letters() -> list[str]:
    """The letters that earlier pages held on to."""
    return [text for text in _typed().getlist(KEPT) if text.strip()][-KEPT_MAX:]


def changed_letters() -> list[str]:
    """Those, and what stood in the fields for letters, where somebody had changed it: each once, the latest last."""
    typed = _typed()
    changed = [
        clean_text(text)
        for name, text in typed.items()
        if name.startswith(BODY) and digest(text) != typed.get(f"{DRAFTED}{name.removeprefix(BODY)}")
    ]
    return list(dict.fromkeys([*kept_letters(), *filter(None, changed)]))[-KEPT_MAX:]


def digest(letter: str) -> str:
    """Tells later whether a letter still stands as it was drafted."""
    return hashlib.blake2b(clean_text(letter).encode(), digest_size=8).hexdigest()


def _carried(names: tuple[str, ...]) -> list[tuple[str, str]]:
    typed = _typed()
    return [(name, value) for name in names for value in typed.getlist(name) if value.strip()]


def _story() -> list[tuple[str, str]]:
    return [(name, value) for name, value in _typed().items() if name.startswith(STORY) and value.strip()]


def _typed() -> MultiDict[str, str]:
    """What came with a form. A GET has none, whatever its body says: a cache may keep its page for everybody."""
    return request.form if request.method == "POST" else MultiDict()
