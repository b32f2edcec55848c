"""Logs: one JSON object a line, on standard error, without personal data."""

from __future__ import annotations

import logging
import sys
from contextvars import ContextVar

from pythonjsonlogger.json import JsonFormatter

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""By which all lines of one request are known to belong together, and which its answer names to whoever sent it."""


def _name_request(record: logging.LogRecord) -> bool:
    if named := request_id.get():
        record.request = named
    return True


def configure() -> None:
    """Send this process's logs to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonFormatter(
            "{levelname}{name}{message}",
            style="{",
            timestamp=True,
            rename_fields={"levelname": "level", "name": "logger"},
        )
    )
    handler.addFilter(_name_request)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in ("requests", "alembic", "granian"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # It writes whole URLs, in some warnings too, and a look-up's URL holds an address. What matters of a failed
    # look-up is raised, not logged.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
