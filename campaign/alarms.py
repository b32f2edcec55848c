"""Errors, told to a Sentry server as well where the operator has one (`CAMPAIGN_SENTRY_DSN`).

What goes there is what stands in the log, line for line, and no more: nothing of a request, no variables, no texts of
errors. Sentry's own ways to gather more are all off.
"""

from __future__ import annotations

import logging
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS

from campaign import logs
from campaign.config import Settings

QUEUE = 100
"""Lines that wait to be sent. Where the server is away, the oldest stay and what comes after is dropped."""


def configure(settings: Settings) -> None:
    """Tell a Sentry server of this process's errors from now on, if there is to be one."""
    if not settings.sentry_dsn:
        return
    import sentry_sdk  # a fifth of a second, for those who have a server

    sentry_sdk.init(
        settings.sentry_dsn,
        default_integrations=False,
        auto_enabling_integrations=False,
        send_default_pii=False,
        max_breadcrumbs=0,
        server_name="",
        auto_session_tracking=False,
        transport_queue_size=QUEUE,
        shutdown_timeout=1,
    )
    logging.getLogger().addHandler(Telling(logging.ERROR))


class Telling(logging.Handler):
    """Sends a line of the log."""

    def emit(self, record: logging.LogRecord) -> None:
        import sentry_sdk

        sentry_sdk.capture_event(_event(record))


def _event(record: logging.LogRecord) -> Any:
    event: dict[str, Any] = {
        "level": record.levelname.lower(),
        "logger": record.name,
        "logentry": {"message": record.getMessage()},
        "extra": {name: value for name, value in vars(record).items() if name not in RESERVED_ATTRS},
    }
    if named := logs.request_id.get():
        event["tags"] = {"request": named}
    if record.exc_info and record.exc_info[1]:
        event["exception"] = {"values": [_exception(error) for error in reversed([*logs.chain(record.exc_info[1])])]}
    return event


def _exception(error: BaseException) -> dict[str, Any]:
    frames = [
        {"filename": frame.filename, "lineno": frame.lineno, "function": frame.name} for frame in logs.places(error)
    ]
    return {"type": type(error).__name__, "stacktrace": {"frames": frames}}
