"""The organizers' dashboard and lists, at 10,000 and at 1,000,000 supporters."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from flask.testing import FlaskClient

from campaign import clock, demonstration, inventing, organizers
from campaign import keys as campaign_keys
from campaign.app import create_app
from campaign.config import EASTERN, Settings
from campaign.congress.seats import SEATS
from campaign.database import Database
from campaign.inventing import Setting
from campaign.migrations import upgrade
from tests.bench.measure import Line, median_seconds

FEW, MANY = 10_000, 1_000_000
ROUNDS = 5
LAST, DAYS = date(2026, 11, 24), 120

PAGES = {
    "the dashboard": "/organize/",
    "the map of Congress": "/organize/congress",
    "a list, its first page": "/organize/lists/messages",
    "a list of one partner's letters": "/organize/lists/messages?partner=demo-synod",
    "a list with a filter that fits few": "/organize/lists/pledges?fate=withdrawn&state=WY",
}

MOST_MS = {"the dashboard": 150.0}


def run() -> Iterator[Line]:
    """The findings."""
    with tempfile.TemporaryDirectory() as folder:
        sizes = {}
        clients = {}
        for supporters in (FEW, MANY):
            place = Path(folder) / str(supporters)
            place.mkdir()
            begun = time.perf_counter()
            clients[supporters] = _campaign(place, supporters)
            sizes[supporters] = time.perf_counter() - begun, (place / "lifeline.db").stat().st_size
        took, size = sizes[MANY]
        yield Line(f"making {MANY:,} supporters up, and counting them", took, "s", None, f"{size / 1e9:.2f} GB")
        for what, path in PAGES.items():
            times = {supporters: [0.0] * ROUNDS for supporters in clients}
            for turn in range(ROUNDS):  # by turns: what else the machine does slows both
                for supporters, client in clients.items():
                    times[supporters][turn] = median_seconds(lambda: _open(client, path), repeats=10)  # noqa: B023
            small, large = (min(times[supporters]) for supporters in (FEW, MANY))
            yield Line(f"{what}, {MANY:,} supporters", large * 1e3, "ms", MOST_MS.get(what))
            yield Line(f"  the same, beside {FEW:,}", large / small, "x", 1.5, f"{small * 1e3:.1f} ms")


def _open(client: FlaskClient, path: str) -> None:
    if client.get(path).status_code != 200:
        raise RuntimeError(f"{path} was not answered")


def _campaign(folder: Path, supporters: int) -> FlaskClient:
    """A made-up campaign, and an organizer who is signed in there."""
    settings = Settings(data_dir=folder, database_url=f"sqlite:///{folder / 'lifeline.db'}")
    database, keys = Database(settings.database_url), campaign_keys.load(settings)
    upgrade(database)
    setting = Setting(["protect-parole"], ["call", "visit"], ["give"], dict.fromkeys(SEATS, "M0"), EASTERN, LAST, DAYS)
    database.write(lambda session: demonstration.begin(session, 1, supporters, clock.wall()))
    part: list[inventing.Invented] = []
    for number, one in enumerate(inventing.invent(1, setting, supporters), 1):
        part.append(one)
        if len(part) == demonstration.STEP or number == supporters:
            now = clock.wall()
            database.write(lambda session: demonstration.store(session, keys, part, [None] * len(part), now))  # noqa: B023
            part = []
    secret = database.write(lambda s: organizers.add(s, keys, "ora@example.org", role="admin", now=clock.wall()))
    client = create_app(settings).test_client()
    page = client.get(f"/organize/sign-in/{secret}").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    if token is None:
        raise RuntimeError("nobody can sign in")
    client.post(f"/organize/sign-in/{secret}", data={"csrf_token": token[1]})
    return client
