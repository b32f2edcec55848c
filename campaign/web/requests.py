"""One request in the logs: known by an id that its answer carries, and told of when it failed or took long."""

from __future__ import annotations

import logging
import re
import secrets
import time

from flask import Flask, Response, g, request

from campaign import logs
from campaign.web import metrics
from campaign.web.extensions import settings

log = logging.getLogger(__name__)

SLOW_SECONDS = 2.0
"""An answer that takes longer is told of in the log."""

HEADER = "X-Request-ID"

_ID = re.compile(r"[0-9A-Za-z-]{8,64}")


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    # A proxy of the operator's may have given it one already. From anybody else it would be words in our log.
    g.request_id = given if settings.trusted_proxies and _ID.fullmatch(given) else secrets.token_hex(8)
    logs.request_id.set(g.request_id)
    g.begun = time.perf_counter()


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - g.begun
    route = request.url_rule.rule if request.url_rule else metrics.NOWHERE
    metrics.seen(route, response.status_code, seconds)
    response.headers[HEADER] = g.request_id
    if response.status_code >= 500 or seconds >= SLOW_SECONDS:
        said = {"route": route, "method": request.method, "status": response.status_code}
        log.warning("request failed or took long", extra={**said, "milliseconds": round(seconds * 1000)})
    return response


def init_app(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)
