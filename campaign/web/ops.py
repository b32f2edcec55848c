"""For whoever watches the machine: alive, able to work, and how it goes."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from campaign import migrations
from campaign.errors import NotFound
from campaign.origins import is_loopback
from campaign.web import metrics
from campaign.web.extensions import commons, database, settings

bp = Blueprint("ops", __name__)

FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")
"""What proxies add: with one of them a request is somebody else's, although it comes from this machine."""


@bp.get("/healthz")
def alive() -> ResponseReturnValue:
    return jsonify(status="alive")


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """Whether the database answers and has tables that this release can work with.

    Without its Redis the site works all the same: it is said, and no reason to send visitors elsewhere.
    """
    shared = {"redis": "answers" if commons.answers else "silent"} if commons.url else {}
    try:
        usable = migrations.serves(database)
    except SQLAlchemyError:
        return jsonify(status="no database", **shared), 503
    return (jsonify(status="ready", **shared), 200) if usable else (jsonify(status="other tables", **shared), 503)


@bp.get("/metrics")
def show_metrics() -> ResponseReturnValue:
    """Numbers, for this machine itself, or for whoever knows CAMPAIGN_METRICS_TOKEN; to others there is no such page.

    Raises:
        NotFound: it is one of the others.
    """
    if not _may_see_metrics():
        raise NotFound("There is no page at this address.")
    return Response(metrics.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_see_metrics() -> bool:
    if settings.metrics_token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), settings.metrics_token.encode())
    return is_loopback(request.remote_addr or "") and not any(name in request.headers for name in FORWARDED)
