"""Who is let in when more come than can be served: some at work, some waiting a moment, and the others told at once.

A thread that waits for its turn costs nothing; a hundred that all work at once are each a hundred times slower, until
browsers give up and everybody's work was for nothing. So a fixed number of requests is worked on, as many again wait,
no longer than `WAIT_SECONDS`, and whoever comes beyond that is asked to come back, on a page that holds all they typed.

What is quickly given is always given: the files of `static/`, the public figures, and what `shelf` has at hand.
"""

from __future__ import annotations

import random
import threading
from typing import cast

from flask import Flask, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue

from campaign.errors import Problem
from campaign.web import frames, metrics

WORKED_ON = 32
"""Requests that are worked on at once."""

WAITING = 32
"""Requests that wait for one of these to be done."""

WAIT_SECONDS = 2.0
"""How long they wait."""

AGAIN_SECONDS = (5, 15)
"""Between which times whoever is turned away is asked to come back."""

QUICK = frozenset({"static", "ops", "badge", "api.show_counts", "embed"})
"""Blueprints and endpoints that are always let in."""

KEPT = frozenset({"letters", "kit", "pledge", "mine", "confirm"})
"""Blueprints to whose forms what was typed is given back. In others there is a password."""


class Busy(Problem):
    """More came at once than can be served."""

    code = "busy"
    status = 503


class Door:
    """The requests of one process."""

    def __init__(self) -> None:
        self._places = threading.Semaphore(WORKED_ON)
        self._lock = threading.Lock()
        self._waiting = 0

    def enter(self) -> bool:
        """Take a place, perhaps after a moment. Says whether there was one."""
        if self._places.acquire(blocking=False):
            return True
        with self._lock:
            if self._waiting >= WAITING:
                return False
            self._waiting += 1
        try:
            return self._places.acquire(timeout=WAIT_SECONDS)
        finally:
            with self._lock:
                self._waiting -= 1

    def leave(self) -> None:
        """Give the place back."""
        self._places.release()


def _enter() -> ResponseReturnValue | None:
    blueprint, endpoint = request.blueprint or "", request.endpoint or ""
    if blueprint in QUICK or endpoint in QUICK:
        return None
    if _door().enter():
        g.has_place = True
        return None
    metrics.SHED.inc()
    if request.method == "POST" and blueprint.removeprefix(frames.PREFIX) in KEPT:
        # Whoever may frame the page has to be known first, or a browser would refuse to show it, with all in it.
        if frames.framed() and (page := frames.find_partner()):
            return page
        fields = list(request.form.items(multi=True))
        return render_template("busy.html", fields=fields, address=request.full_path), Busy.status
    raise Busy("More people are here at this moment than can be served. Please try again in a few seconds.")


def _leave(_error: BaseException | None = None) -> None:
    if g.pop("has_place", False):
        _door().leave()


def _when_to_come_back(response: Response) -> Response:
    if response.status_code == Busy.status and "Retry-After" not in response.headers:
        # Not all at the same moment.
        response.headers["Retry-After"] = str(random.randint(*AGAIN_SECONDS))  # noqa: S311  (no secret)
    return response


def _door() -> Door:
    return cast(Door, current_app.extensions["door"])


def init_app(app: Flask) -> None:
    app.extensions["door"] = Door()
    app.before_request(_enter)
    app.after_request(_when_to_come_back)
    app.teardown_request(_leave)
