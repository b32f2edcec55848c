"""What most visitors ask for, through the server, beside the least that Flask can do."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from campaign.config import ROOT
from campaign.serve import THREADS
from tests.bench import load
from tests.bench.measure import Line
from tests.serving import free_port, serving, wait_until

ROUNDS = 5
REQUESTS = 1500
CONNECTIONS = 16

BROWSER = {"User_Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
LOOKUP = b'{"zip": "04101"}'


def run() -> Iterator[Line]:
    """The findings."""
    with tempfile.TemporaryDirectory() as name, serving(Path(name), trusted_proxies=1) as site, _floor() as floor:
        size = len(site.read("/letters/protect-parole"))
        lookup = load.request("POST", "/api/v1/lookup", LOOKUP, **BROWSER).replace(
            b"application/x-www-form-urlencoded", b"application/json"
        )
        compared = {
            "first page of a letter": (_get("/letters/protect-parole"), f"/page/{size}", 0.8),
            "public figures, asked again and again": (_get("/api/v1/counts"), "/cached", 0.7),
            "look-up of a ZIP code, without the network": (lookup, "/empty", 0.6),
            "hand-over to the donation page, stored": (_get("/donate/give"), "/empty", 0.25),
        }
        for what, (request, path, least) in compared.items():
            rates: dict[str, list[float]] = {"ours": [], "floor": []}
            for _ in range(ROUNDS):  # by turns: what else the machine does slows both
                rates["floor"].append(_rate(floor, _get(path)))
                rates["ours"].append(_rate(site.port, request))
            ours, bare = median(rates["ours"]), median(rates["floor"])
            yield Line(f"{what}, a second", ours, "/s", None, f"{path.split('/')[1]}: {bare:.0f}/s")
            yield Line("  the same, beside it", ours / bare, "x", None, "", least)


def _get(path: str) -> bytes:
    return load.request("GET", path, **BROWSER)


def _rate(port: int, request: bytes) -> float:
    told = load.send(port, [request] * REQUESTS, CONNECTIONS)
    if set(told.statuses) - {"200", "303"}:
        raise RuntimeError(f"not all was answered: {told.statuses}")
    return told.rate


@contextmanager
def _floor() -> Iterator[int]:
    """The port of the bare application, served as the site is."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "tests.bench.floor:app", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "error"]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_until(lambda: _answers(port), "the bare application")
        yield port
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/empty")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
