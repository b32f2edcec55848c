"""What of a public file's contact details is fit to be shown: the rest is left out."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

_PHONE = re.compile(r"[2-9]\d\d-\d\d\d-\d\d\d\d", re.ASCII)


def phone(text: object) -> str | None:
    """A telephone number that can be dialed; None for anything else."""
    return text if isinstance(text, str) and _PHONE.fullmatch(text) else None


def url(text: object) -> str | None:
    """A web address that a page may link to; None for anything else."""
    if not isinstance(text, str) or any(character.isspace() or character in "<>\"'\\" for character in text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    valid = parts.scheme == "https" and "." in (parts.hostname or "") and not parts.username
    return text if valid else None


def filled(row: dict[str, Any]) -> dict[str, Any]:
    """A record without its empty fields."""
    return {key: value for key, value in row.items() if value not in (None, "", [])}
