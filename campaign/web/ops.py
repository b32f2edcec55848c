"""For whoever watches the machine: alive, and able to work."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from campaign import migrations
from campaign.web.extensions import database

bp = Blueprint("ops", __name__)


@bp.get("/healthz")
def alive() -> ResponseReturnValue:
    return jsonify(status="alive")


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """Whether the database answers and has the tables of this release."""
    try:
        current = migrations.is_current(database)
    except SQLAlchemyError:
        return jsonify(status="no database"), 503
    return (jsonify(status="ready"), 200) if current else (jsonify(status="old tables"), 503)
