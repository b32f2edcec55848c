"""Links by which people pass a letter on: plain links, no script, and no request before somebody follows one."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from flask import url_for
from flask_babel import gettext

from campaign.letters import Letter
from campaign.web.extensions import bank, settings


def absolute(endpoint: str, **values: Any) -> str:
    """A page's public address."""
    return settings.public_url + url_for(endpoint, **values)


def links(letter: Letter | None, partner: str | None = None) -> list[tuple[str, str]]:
    """Name and address of each way to share a letter, or the campaign's first page without one."""
    if letter and letter.live:
        url = absolute("letters.show", slug=letter.slug, p=partner)
        title = letter.file.title
    else:
        url = absolute("pages.home", p=partner)
        title = bank.campaign.name
    text = gettext("%(title)s: write your members of Congress, in your own words.", title=title)
    both = f"{text} {url}"
    return [
        (gettext("Email"), f"mailto:?subject={quote(title)}&body={quote(both)}"),
        (gettext("Text message"), f"sms:?&body={quote(both)}"),
        ("WhatsApp", "https://wa.me/?" + urlencode({"text": both})),
        ("Bluesky", "https://bsky.app/intent/compose?" + urlencode({"text": both})),
        ("Facebook", "https://www.facebook.com/sharer/sharer.php?" + urlencode({"u": url})),
    ]
