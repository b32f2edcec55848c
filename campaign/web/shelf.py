"""Pages that are the same for everybody, handed out again as they were made a moment ago.

On a day when everybody comes, almost all that is asked for are the same few pages and the public figures. What
`headers.public` lets any cache keep, this process keeps itself, for seconds: so long a changed letter or figure may be
late. It is a cache as HTTP knows them: an answer is found by its address and by the headers that it says it varies by.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from flask import Flask, Response, request
from werkzeug.wrappers import Request
from werkzeug.wrappers import Response as Plain

from campaign.web import metrics, requests

KEPT_SECONDS = 2.0
"""How long an answer is handed out again."""

MOST = 1_000
"""Answers that are kept at once."""

LONGEST = 1 << 17
"""Bytes of an answer that is kept."""

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One, with the rule that led to it."""

    until: float
    rule: str
    body: bytes
    headers: list[tuple[str, str]]


class Shelf:
    """What this process has at hand; around the application, which does not hear of what is found here."""

    def __init__(self, app: Flask) -> None:
        self._app = app.wsgi_app
        self._lock = threading.Lock()
        self._varies: dict[Key, tuple[str, ...]] = {}
        """By which headers the answers at an address vary."""
        self._answers: OrderedDict[Key, Answer] = OrderedDict()
        app.wsgi_app = self  # type: ignore[method-assign]

    def __call__(self, environ: dict[str, object], start_response: object) -> Iterable[bytes]:
        asked = Request(environ)
        if asked.method in ("GET", "HEAD") and (found := self._find(asked)):
            begun = time.perf_counter()
            response = Plain(found.body, headers=list(found.headers))
            response.make_conditional(asked)
            metrics.seen(found.rule, response.status_code, time.perf_counter() - begun)
            return response(environ, start_response)  # type: ignore[arg-type]
        return self._app(environ, start_response)  # type: ignore[arg-type]

    def keep(self, response: Response) -> Response:
        """Keep an answer that any cache may keep, as it leaves."""
        control = response.cache_control
        if request.method != "GET" or response.status_code != 200 or not control.public or not KEPT_SECONDS:
            return response
        body = response.get_data()
        headers = [(name, value) for name, value in response.headers.items() if name != requests.HEADER]
        if len(body) > LONGEST or "Set-Cookie" in response.headers:
            return response
        place, varies = _place(request), tuple(sorted(response.vary))
        rule = request.url_rule.rule if request.url_rule else metrics.NOWHERE
        with self._lock:
            if len(self._varies) >= MOST:
                self._varies.clear()
                self._answers.clear()
            self._varies[place] = varies
            key = (*place, *_said(request, varies))
            self._answers[key] = Answer(time.monotonic() + KEPT_SECONDS, rule, body, headers)
            self._answers.move_to_end(key)
            while len(self._answers) > MOST:
                self._answers.popitem(last=False)
        return response

    def _find(self, asked: Request) -> Answer | None:
        place = _place(asked)
        varies = self._varies.get(place)
        if varies is None:
            return None
        found = self._answers.get((*place, *_said(asked, varies)))
        return found if found and time.monotonic() < found.until else None


def _place(asked: Request) -> Key:
    found = asked.environ  # as it came: what cannot be read is refused further in
    return tuple(str(found.get(name, "")) for name in ("wsgi.url_scheme", "HTTP_HOST", "PATH_INFO", "QUERY_STRING"))


def _said(asked: Request, varies: tuple[str, ...]) -> Key:
    return tuple(asked.headers.get(name, "") for name in varies)


def init_app(app: Flask) -> None:
    app.after_request(Shelf(app).keep)
