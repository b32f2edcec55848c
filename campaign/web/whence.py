"""Where somebody comes from: the partner's page that frames the form, and what its address says of itself.

Both are known when the first page is opened, travel through the pages before the form has a token, and then in it.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import unquote

from flask import request

from campaign.web import frames, tokens
from campaign.web.tokens import FormToken

FRAMING = "framing"
TAGS = ("ref", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
"""What links to campaigns carry by custom. The script in a partner's frame fills these in from the page around it."""

SOURCE_MAX = 64
"""Characters of a source that are kept."""

Fields = list[tuple[str, str]]


def fields(token: FormToken | None = None) -> Fields:
    """The hidden fields of a page whose form has no token yet.

    Args:
        token: the one with which somebody has come back to such a page.
    """
    if token:
        origin, tags = token.origin, {"ref": token.source or ""}
    else:
        origin, tags = framing_origin(), {name: _said(name) for name in TAGS}
    found: Fields = [(name, value) for name, value in tags.items() if value or frames.framed()]
    if origin and (code := frames.partner_code()):
        found.append((FRAMING, tokens.framing(code, origin)))
    return found


def framing_origin() -> str | None:
    """The partner's origin whose page frames the form, if that is known."""
    if request.method == "POST":
        return tokens.framed_by(request.form.get(FRAMING, ""), frames.partner_code(), frames.origins())
    return frames.framing_origin()


def source() -> str | None:
    """The link by which somebody came, in the words of whoever made it: `ref`, or else the `utm_…` that say most."""
    said = _said("ref") or " / ".join(filter(None, (_said(name) for name in TAGS[1:4])))
    return said[:SOURCE_MAX].rstrip(" /") or None


def _said(name: str) -> str:
    """One tag. What may be somebody's address of email, as some newsletters put it there, is not taken."""
    values = request.form if request.method == "POST" else request.args
    text = unicodedata.normalize("NFC", values.get(name, "")[:SOURCE_MAX])[:SOURCE_MAX].strip()
    address = "@" in unquote(unicodedata.normalize("NFKC", text))
    return text if text.isprintable() and not address else ""
