"""What a browser may do with our pages, as data in one place, and who may post to them.

The supporter's pages know no cookie and no session, so a forged post could borrow nothing but a visitor's network
address. It is refused all the same, by what browsers say of a request themselves (`Sec-Fetch-Site`, `Origin`): that
works in frames and with all cookies blocked, where a session's token would not.
"""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

from campaign.errors import Forbidden
from campaign.web.extensions import settings
from campaign.web.frames import framed, partner

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
}

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

FRAMED_HEADERS = HEADERS | {
    "Referrer-Policy": "strict-origin",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}

HSTS = "max-age=31536000"

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def refuse_unreadable_queries() -> None:
    """Refuse a query that is not UTF-8, before a view stumbles over it.

    Raises:
        BadRequest: it is one.
    """
    try:
        request.args  # noqa: B018  (read for the first time, and kept)
    except UnicodeDecodeError:
        raise BadRequest from None


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


def harden(response: Response) -> Response:
    """Set the headers of every answer."""
    if framed():
        framing = partner()
        ancestors = " ".join(["'self'", *(framing.origins if framing else ())])
        headers = FRAMED_HEADERS
    else:
        ancestors = "'none'"
        headers = HEADERS | {"X-Frame-Options": "DENY"}
    if request.endpoint == "static":  # the frame's own style and script, wanted by `COEP: require-corp` pages
        headers = headers | {"Cross-Origin-Resource-Policy": "cross-origin"}
    policy = POLICY | {"frame-ancestors": ancestors}
    response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    if settings.secure:
        response.headers["Strict-Transport-Security"] = HSTS
    if "Cache-Control" not in response.headers:
        # A page that was made from what somebody sent, or under a private address, is kept nowhere.
        response.headers["Cache-Control"] = "no-store"
    return response


def public(response: Response, seconds: int = 0) -> Response:
    """Let caches keep a page that is the same for everybody; they ask again after so many seconds."""
    response.headers["Cache-Control"] = f"public, max-age={seconds}" if seconds else "public, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def init_app(app: Flask) -> None:
    app.before_request(refuse_unreadable_queries)
    app.before_request(refuse_foreign_posts)
    app.after_request(harden)
