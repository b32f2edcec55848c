"""One JSON document from a service whose answers are not to be trusted, in a time that is."""

from __future__ import annotations

import contextlib
import json
import logging
import time
from collections.abc import Mapping
from typing import Any

from campaign.errors import Problem

REFUSED = (400, 422)
"""What services answer to an address that they cannot read."""

RETRY_LEAST_SECONDS = 1.0
"""With less time than this left, a second question would not be answered either."""

MAX_BYTES = 1 << 20

# These write URLs, even as warnings, and a look-up's URL holds somebody's address.
for name in ("urllib3.connection", "urllib3.connectionpool"):
    logging.getLogger(name).addFilter(lambda _: False)


class Unavailable(Problem):
    """A service on the internet did not answer, or not with what was asked for. Holds no part of the question."""

    code = "unavailable"
    status = 503

    def __init__(self, reason: str, *, of_service: bool = True) -> None:
        self.reason = reason
        self.of_service = of_service
        """Whether it is the service that fails, and not this one question that it refuses."""
        super().__init__("A service on the internet that this takes %(reason)s. Please try again later.", reason=reason)


def get_json(url: str, params: Mapping[str, str], *, seconds: float) -> Any:
    """GET a JSON document of at most a mebibyte, without following redirects or asking the environment for a proxy.

    Raises:
        Unavailable: the answer was late, too long, not 200 or not JSON. Nothing is chained to it: the errors of
            requests hold the URL.
    """
    status, reason = 0, "is not JSON"
    try:
        status, _, body = _get(url, params, {"Accept": "application/json"}, seconds, MAX_BYTES)
    except Exception:  # of requests, urllib3, or a socket that was cut while another thread read from it
        reason = "did not answer in time, or broke off"
    else:
        if status in REFUSED:
            reason = "refuses the question"
        elif status != 200:
            reason = f"answered {status}"
        elif len(body) > MAX_BYTES:
            reason = "is too long"
        else:
            with contextlib.suppress(ValueError, RecursionError):
                return json.loads(body)
    # Raised out here, where no other error is being handled: even `from None` would keep it in `__context__`.
    raise Unavailable(reason, of_service=status not in REFUSED)


def get_json_patiently(url: str, params: Mapping[str, str], *, seconds: float) -> Any:
    """The same; where a connection fails and there is time, the answer to a second question on a fresh one.

    Raises:
        Unavailable: see `get_json`. Both questions together take no longer than `seconds`.
    """
    until = time.monotonic() + seconds
    try:
        return get_json(url, params, seconds=seconds)
    except Unavailable as unavailable:
        left = until - time.monotonic()
        if not unavailable.of_service or left < RETRY_LEAST_SECONDS:
            raise
    return get_json(url, params, seconds=left)


def download(url: str, known: Mapping[str, str], *, seconds: float, most: int) -> tuple[bytes, dict[str, str]] | None:
    """A file of at most `most` bytes, and what tells this version of it from others; None if it is the known one.

    Raises:
        Unavailable: the answer was late, too long, or neither 200 nor 304.
    """
    asked = {header: known[name] for name, header in _VALIDATORS.items() if name in known}
    reason = "did not answer in time, or broke off"
    with contextlib.suppress(Exception):
        status, headers, body = _get(url, {}, asked, seconds, most)
        if status == 304 and asked:
            return None
        if status == 200 and len(body) <= most:
            return body, {name: headers[name] for name in _VALIDATORS if name in headers}
        reason = f"answered {status}" if status != 200 else "is too long"
    raise Unavailable(reason)


_VALIDATORS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}


def _get(
    url: str, params: Mapping[str, str], asked: Mapping[str, str], seconds: float, most: int
) -> tuple[int, Mapping[str, str], bytes]:
    from campaign.congress.fetching import fetch  # with requests, which takes long to load: few processes ask anybody

    return fetch(url, params, asked, seconds, most)
