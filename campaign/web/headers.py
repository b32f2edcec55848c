"""What a browser may do with our answers, as data: every header that guards one stands here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from flask import Flask, Response, request

from campaign.web import compression, frames, look
from campaign.web.extensions import settings

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
}
"""What every page may load, and where it may send what was typed."""

COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What every answer says, where its kind says nothing else."""

HSTS = "max-age=31536000"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of answers: who may frame it, and what it says otherwise than the others."""

    ancestors: str
    headers: dict[str, str]
    policy: dict[str, str] = field(default_factory=dict)


# To load into a page that says `COEP: require-corp`, a frame has to say both, and what it loads the second.
_SHARED = {"Cross-Origin-Resource-Policy": "cross-origin"}
_LOADED = _SHARED | {"X-Frame-Options": "DENY"}
_FRAMED = _SHARED | {"Referrer-Policy": "strict-origin", "Cross-Origin-Embedder-Policy": "require-corp"}

_HANDED = {"X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}

KINDS = {
    "page": Kind("'none'", {"X-Frame-Options": "DENY"}),
    "handed": Kind("'none'", _HANDED),
    "framed": Kind("'self'", _FRAMED),  # and the partner's own origins, see `harden`
    "card": Kind("*", _FRAMED, {"form-action": "'none'"}),
    "builder": Kind("'none'", {"X-Frame-Options": "DENY"}, {"frame-src": "'self'"}),
    "shared": Kind("'none'", _LOADED),
    "open": Kind("'none'", _LOADED | {"Access-Control-Allow-Origin": "*"}),
}
"""A page of ours; one whose address was handed to somebody outside, and is told to no site; one that the partner of its
address may frame; one without a form, that anybody may frame; one that shows frames of ours; what other sites' pages
may load: styles, scripts, pictures; and what their scripts may read, too: public figures, and the script whose digest
they check."""

KIND_OF = {
    "api.show_counts": "open",
    "badge.figures": "open",
    "badge.picture": "shared",
    "builder.show": "builder",
    "builder_room.show_in_room": "builder",
    "card.show": "card",
    "embed.loader": "open",
    "embed.pinned_loader": "open",
    "oembed.show": "open",
    "openapi.show": "open",
    "shared_office.show": "handed",
    "static": "shared",
}
"""The kind of what has no kind by its blueprint, by endpoint; whatever is not named is a page of ours."""


def kind_of_request() -> str:
    """The kind of what answers this request."""
    return "framed" if frames.framed() else KIND_OF.get(request.endpoint or "", "page")


def harden(response: Response) -> Response:
    """Set the headers of every answer."""
    name = kind_of_request()
    kind = KINDS[name]
    style = look.style_source() if name == "framed" else ""
    response.headers["Content-Security-Policy"] = _policy(name, tuple(frames.origins()), style)
    for header, value in (COMMON | kind.headers).items():
        response.headers.setdefault(header, value)
    if settings.secure:
        response.headers["Strict-Transport-Security"] = HSTS
    if "Cache-Control" not in response.headers:
        # A page that was made from what somebody sent, or under a private address, is kept nowhere.
        response.headers["Cache-Control"] = "no-store"
    return response


@lru_cache(1024)
def _policy(kind: str, origins: tuple[str, ...], style: str) -> str:
    """The policy for a kind of answers, that pages of these origins may frame, with one more source of styles."""
    policy = POLICY | KINDS[kind].policy | {"frame-ancestors": " ".join([KINDS[kind].ancestors, *origins])}
    if style:
        policy["style-src"] += f" {style}"
    return "; ".join(f"{name} {value}" for name, value in policy.items())


FOR_A_MOMENT = "public, max-age=0, s-maxage=10, stale-if-error=600"
"""Browsers ask each time. A content network asks for all of them together, and helps out while the site is away."""


def public(response: Response, seconds: int = 0) -> Response:
    """Let caches keep a page that is the same for everybody; they ask again after so many seconds.

    No token may stand in it: it is compressed, and then its length tells of what it holds.
    """
    response.headers["Cache-Control"] = f"public, max-age={seconds}" if seconds else FOR_A_MOMENT
    compression.shrink(response)
    response.add_etag()
    response.make_conditional(request)
    return response


def init_app(app: Flask) -> None:
    app.after_request(harden)
