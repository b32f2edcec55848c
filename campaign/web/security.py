"""Who may post to our pages.

The supporter's pages know no cookie and no session, so a forged post could borrow nothing but a visitor's network
address. It is refused all the same, by what browsers say of a request themselves (`Sec-Fetch-Site`, `Origin`): that
works in frames and with all cookies blocked, where a session's token would not.
"""

from __future__ import annotations

from flask import Flask, g, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from campaign.errors import Forbidden
from campaign.web.extensions import settings
from campaign.web.look import Look

FIELDS_MAX = 500
"""Fields of a form; Werkzeug stops reading one with files at 1,000."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def refuse_unreadable_queries() -> None:
    """Refuse a query that is not UTF-8, before a view stumbles over it.

    Raises:
        BadRequest: it is one.
    """
    try:
        request.args  # noqa: B018  (read for the first time, and kept)
    except UnicodeDecodeError:
        g.look = Look()  # the page that says so must not stumble either
        raise BadRequest from None


def refuse_countless_fields() -> None:
    """Refuse a form with more fields than any of ours has, before each of them is made much of.

    Raises:
        RequestEntityTooLarge: it is one.
    """
    if request.mimetype == "application/x-www-form-urlencoded" and request.get_data().count(b"&") >= FIELDS_MAX:
        raise RequestEntityTooLarge


def is_silent() -> bool:
    """Whether whoever sends this request says nothing of where it comes from. Browsers do, programs often do not."""
    return "Sec-Fetch-Site" not in request.headers and "Origin" not in request.headers


def refuse_foreign_posts() -> None:
    """Refuse a post that another site's page sends through a visitor's browser.

    Raises:
        Forbidden: it is one.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        allowed = site in ("same-origin", "none")
    else:
        # Fetch Metadata first: where a page sends no referrer, an honest post of our own says `Origin: null`.
        origin = request.headers.get("Origin")
        allowed = origin is None or origin in (settings.public_origin, request.host_url.rstrip("/"))
    if not allowed:
        raise Forbidden("This form was sent from another site's page. Open it here and send it again.")


def init_app(app: Flask) -> None:
    app.before_request(refuse_unreadable_queries)
    app.before_request(refuse_foreign_posts)
    app.before_request(refuse_countless_fields)
