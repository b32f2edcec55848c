"""Logs: one JSON object a line, on standard error, without personal data.

Of an error they hold what kind it is and where it came from, never its text: that may quote what somebody typed.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from pythonjsonlogger.json import JsonFormatter

HOME = Path(__file__).parent

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""By which all lines of one request are known to belong together, and which its answer names to whoever sent it."""


def _name_request(record: logging.LogRecord) -> bool:
    if named := request_id.get():
        record.request = named
    return True


def places(error: BaseException) -> list[traceback.FrameSummary]:
    """Where an error came from: the last five places in our own code on the way to it, and its own."""
    *way, last = traceback.extract_tb(error.__traceback__) or [traceback.FrameSummary("?", 0, "?")]
    ours = [frame for frame in way if Path(frame.filename).is_relative_to(HOME)]
    return [*ours[-5:], last]


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error, what it came from, and so on; each once."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)


class Discreet(JsonFormatter):
    """A line as it may be kept."""

    def formatException(self, ei: Any) -> list[dict[str, Any]]:  # type: ignore[override]  # noqa: N802  (so named there)
        return [
            {
                "error": type(error).__name__,
                "trace": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in places(error)],
            }
            for error in chain(ei[1])
        ]


def configure() -> None:
    """Send this process's logs to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        Discreet(
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
