"""Pages that are the same for everybody, handed out again as they were made a moment ago.

On a day when everybody comes, almost all that is asked for are the same few pages and the public figures. What
`headers.public` lets any cache keep, this process keeps itself, for seconds: so long a changed letter or figure may be
late. It is a cache as HTTP knows them: an answer is found by its address and by the headers that it says it varies by.

Who looks gives way to who does something. An interpreter runs one thread at a time, and hands over at each step that
waits for the disk or the database: a letter that is stored waits for a dozen others at each of its fifty steps, and
thousands who look would bring it from hundredths of a second to seconds. So while anybody is at work further in, what
is at hand here is handed out one after the other, with a breath between.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from flask import Flask, Response, request

from campaign.web import metrics, requests

KEPT_SECONDS = 2.0
"""How long an answer is handed out again."""

MOST = 1_000
"""Answers that are kept at once."""

LONGEST = 1 << 17
"""Bytes of an answer that is kept."""

BREATH_SECONDS = 0.0005
"""For those at work, before each answer that is handed out beside them: still a thousand a second."""

CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
"""With which a browser asks whether what it has is still right."""

Key = tuple[object, ...]
Environ = dict[str, object]
Start = Callable[[str, list[tuple[str, str]]], object]


@dataclass(frozen=True, slots=True)
class Answer:
    """One, with the rule that led to it."""

    until: float
    seen: Callable[[int, float], None]
    """Counts that it was handed out: its status and the seconds it took."""
    body: bytes
    headers: list[tuple[str, str]]


class Shelf:
    """What this process has at hand; around the application, which does not hear of what is found here."""

    def __init__(self, app: Flask) -> None:
        self._app = app.wsgi_app
        self._lock = threading.Lock()
        self._varies: dict[Key, tuple[str, ...]] = {}
        """By which headers the answers at an address vary, as WSGI names them."""
        self._answers: OrderedDict[Key, Answer] = OrderedDict()
        self._at_work = 0
        """Requests that are worked on further in."""
        self._breath = threading.Lock()
        app.wsgi_app = self  # type: ignore[method-assign]

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if method in ("GET", "HEAD") and (found := self._find(environ)):
            if self._at_work:
                with self._breath:
                    time.sleep(BREATH_SECONDS)
            if method == "GET" and not any(name in environ for name in CONDITIONS):
                found.seen(200, 0.0)
                start_response("200 OK", list(found.headers))
                return [found.body]
            response = Response(found.body, headers=list(found.headers))
            response.make_conditional(environ)
            found.seen(response.status_code, 0.0)
            return response(environ, start_response)  # type: ignore[arg-type]
        with self._lock:
            self._at_work += 1
        try:
            return self._app(environ, start_response)  # type: ignore[arg-type]
        finally:
            with self._lock:
                self._at_work -= 1

    def keep(self, response: Response) -> Response:
        """Keep an answer that any cache may keep, as it leaves."""
        control = response.cache_control
        if request.method != "GET" or response.status_code != 200 or not control.public or not KEPT_SECONDS:
            return response
        body = response.get_data()
        headers = [(name, value) for name, value in response.headers.items() if name != requests.HEADER]
        if len(body) > LONGEST or "Set-Cookie" in response.headers:
            return response
        place, varies = (
            _place(request.environ),
            tuple("HTTP_" + name.upper().replace("-", "_") for name in response.vary),
        )
        rule = request.url_rule.rule if request.url_rule else metrics.NOWHERE
        with self._lock:
            if len(self._varies) >= MOST:
                self._varies.clear()
                self._answers.clear()
            self._varies[place] = varies
            key = (*place, *map(request.environ.get, varies))
            self._answers[key] = Answer(time.monotonic() + KEPT_SECONDS, partial(metrics.seen, rule), body, headers)
            self._answers.move_to_end(key)
            while len(self._answers) > MOST:
                self._answers.popitem(last=False)
        return response

    def _find(self, environ: Environ) -> Answer | None:
        place = _place(environ)
        varies = self._varies.get(place)
        if varies is None:
            return None
        found = self._answers.get((*place, *map(environ.get, varies)))
        return found if found and time.monotonic() < found.until else None


def _place(environ: Environ) -> Key:
    # As it came: what cannot be read is refused further in.
    return tuple(map(environ.get, ("wsgi.url_scheme", "HTTP_HOST", "PATH_INFO", "QUERY_STRING")))


def init_app(app: Flask) -> None:
    app.after_request(Shelf(app).keep)
