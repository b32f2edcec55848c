"""What most visitors ask for, through the server, beside the least that Flask can do."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench import floor, load
from tests.bench.measure import Line
from tests.serving import serving

ROUNDS = 5
REQUESTS = 1500
CONNECTIONS = 16

BROWSER = {"User_Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
LOOKUP = b'{"zip": "04101"}'


def run() -> Iterator[Line]:
    """The findings."""
    with (
        tempfile.TemporaryDirectory() as name,
        serving(Path(name), trusted_proxies=1) as site,
        floor.serving_bare() as bare,
    ):
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
                rates["floor"].append(_rate(bare, _get(path)))
                rates["ours"].append(_rate(site.port, request))
            ours, floors = median(rates["ours"]), median(rates["floor"])
            yield Line(f"{what}, a second", ours, "/s", None, f"{path.split('/')[1]}: {floors:.0f}/s")
            yield Line("  the same, beside it", ours / floors, "x", None, "", least)


def _get(path: str) -> bytes:
    return load.request("GET", path, **BROWSER)


def _rate(port: int, request: bytes) -> float:
    told = load.send(port, [request] * REQUESTS, CONNECTIONS)
    if set(told.statuses) - {"200", "303"}:
        raise RuntimeError(f"not all was answered: {told.statuses}")
    return told.rate
