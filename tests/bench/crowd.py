"""Many who look at the public figures, over and over, while as many sign as on the busiest day on record."""

from __future__ import annotations

import itertools
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from sqlalchemy import func, select

from campaign.database import Database
from campaign.models import Message
from tests.bench import floor, forms, load
from tests.bench.measure import Line
from tests.serving import Server, serving

A_SECOND = 33
"""Signatures: nearly 2,000 a minute, as on the UK Parliament's petitions on 2019-03-21."""

SECONDS = 60
CONNECTIONS = 16
SIGNERS = 32
LOOK_SECONDS = 0.2


def run() -> Iterator[Line]:
    """The findings."""
    signing = forms.acts(A_SECOND * SECONDS * 2)
    poll = [load.request("GET", "/api/v1/counts")]
    cached = [load.request("GET", "/cached")]
    with tempfile.TemporaryDirectory() as name, floor.serving_bare() as bare:
        limited = {"trusted_proxies": 1, "program_limits": "6/minute"}
        with serving(Path(name), secret_key=forms.SECRET, **limited) as server:
            floors = [_rate(bare, cached)]
            idle = load.finish(_sign(server, signing, SECONDS // 2))
            floors.append(_rate(bare, cached))
            with Watch(server, Path(name)) as watch:
                signers = _sign(server, signing, SECONDS)
                polls = load.finish(load.start(server.port, poll, CONNECTIONS, seconds=SECONDS))
                signed = load.finish(signers)
            floors.append(_rate(bare, cached))
    least = median(floors)
    yield Line("polls a second, and 33 who sign", polls.rate, "/s", None, f"cached: {least:.0f}/s")
    yield Line("  beside cached bytes", polls.rate / least, "x", None, "", 0.7)
    yield Line("  answers other than the figures", len(polls.milliseconds) - polls.statuses.get("200", 0), "", 0)
    yield Line("  how old the figures were at most", watch.oldest(), "s", 10)
    slow, alone = signed.percentile(99), idle.percentile(99)
    yield Line("of a hundred who sign meanwhile the slowest", slow, "ms", None, f"{alone:.0f} ms alone")
    yield Line("  beside nobody polling", slow / alone, "x", 2)
    yield Line("  not acknowledged", A_SECOND * SECONDS - signed.statuses.get("303", 0), "", 0)


def _rate(port: int, request: list[bytes]) -> float:
    return load.finish(load.start(port, request, CONNECTIONS, seconds=5)).rate


def _sign(server: Server, signing: Iterator[bytes], seconds: int) -> load.Sending:
    wanted = itertools.islice(signing, A_SECOND * seconds)
    return load.start(server.port, wanted, SIGNERS, pace=1 / A_SECOND)


class Watch:
    """Looks now and then at what is stored and what is shown."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._server, self._database = server, Database(f"sqlite:///{folder}/lifeline.db")
        self._looks: list[tuple[float, int, int]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._database.close()

    def _look(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            shown = json.loads(self._server.read("/api/v1/counts"))["letters"]
            with self._database.read() as session:
                stored = session.scalar(select(func.count()).select_from(Message)) or 0
            self._looks.append((time.monotonic(), stored, shown))

    def oldest(self) -> float:
        """The seconds since what was shown was all that was stored, where they were most."""
        return max(
            min((at - then for then, stored, _ in self._looks[:place] if stored <= shown), default=0.0)
            for place, (at, _, shown) in enumerate(self._looks)
        )
