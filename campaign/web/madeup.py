"""Whether the campaign is a demonstration, for every page to say so; asked of the database every few seconds."""

from __future__ import annotations

import time
from contextlib import suppress

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from campaign import demonstration
from campaign.database import Database
from campaign.web.extensions import parts

KEPT_SECONDS = 3.0
"""How long the answer is good for: pages that need no database otherwise do not wait for one."""


class Known:
    """The last answer."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._until = 0.0
        self._is_there = False

    def is_there(self) -> bool:
        if time.monotonic() >= self._until:
            self._until = time.monotonic() + KEPT_SECONDS
            # What was known last is good enough for a page of a server whose database is away.
            with suppress(SQLAlchemyError), self._database.read() as session:
                self._is_there = demonstration.is_there(session)
        return self._is_there


def is_demonstration() -> bool:
    """Whether anything here is made up."""
    known: Known = current_app.extensions["madeup"]
    return known.is_there()


def init_app(app: Flask) -> None:
    with app.app_context():
        app.extensions["madeup"] = Known(parts().database)
    app.add_template_global(is_demonstration)
