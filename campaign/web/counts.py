"""The public figures, for pages and for `/api/v1/counts`, kept in the process for some seconds."""

from __future__ import annotations

import threading
import time
from typing import cast

import msgspec
from flask import Flask, current_app
from flask_babel import format_decimal, gettext

from campaign import clock, publishing
from campaign.commons import Commons
from campaign.database import Database
from campaign.publishing import PublicCounts
from campaign.web.extensions import Parts, settings

KEPT_SECONDS = 3.0
"""How old the figures may be that a process has, and as much more those that it has from Redis. Together with the
counter's own pace that leaves them within ten seconds."""

MOST = 500
"""Partners whose figures are kept at once."""


class Kept:
    """The figures last read from one database, of the whole campaign and of each partner that was asked for."""

    def __init__(self, database: Database, commons: Commons) -> None:
        self._database = database
        self._commons = commons
        self._kept: dict[str | None, tuple[float, PublicCounts]] = {}
        self._lock = threading.Lock()  # when they have aged, one request reads them and not all that are waiting

    def figures(self, partner: str | None) -> PublicCounts:
        """The figures, not older than `KEPT_SECONDS`."""
        with self._lock:
            now = time.monotonic()
            if partner not in self._kept or now - self._kept[partner][0] >= KEPT_SECONDS:
                figures = self._read(partner)
                if len(self._kept) >= MOST:
                    self._kept.clear()
                self._kept[partner] = now, figures
            return self._kept[partner][1]

    def _read(self, partner: str | None) -> PublicCounts:
        """What another process has just read, or else the totals themselves."""
        try:
            return msgspec.json.decode(self._commons.recall("counts", partner or "") or b"", type=PublicCounts)
        except (msgspec.DecodeError, UnicodeDecodeError):  # nothing, or something of another release
            pass
        with self._database.read() as session:
            figures = publishing.public_counts(session, partner)
        if KEPT_SECONDS:
            self._commons.remember("counts", partner or "", msgspec.json.encode(figures), KEPT_SECONDS)
        return figures


def public(partner: str | None = None) -> PublicCounts:
    """The public figures as they stand now, of the whole campaign or of one partner."""
    return cast(Kept, current_app.extensions["counts"]).figures(partner)


def as_of() -> str:
    """The moment of what is public now, to the minute: whoever asks again within it is told so by the ETag."""
    return clock.calendar(settings).replace(second=0, microsecond=0).isoformat()


def shown(figure: int | None) -> str:
    """A public figure as it is read. One that is withheld need not be a small one, and is not said to be."""
    return str(gettext("withheld") if figure is None else format_decimal(figure))


def init_app(app: Flask) -> None:
    parts: Parts = app.extensions["campaign"]
    app.extensions["counts"] = Kept(parts.database, parts.commons)
    app.add_template_global(shown)
