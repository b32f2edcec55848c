"""A supporter's whole act: finished letters to three offices and a pledge, with the mail that asks to confirm it."""

from __future__ import annotations

import itertools
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaign import clock
from campaign.app import create_app
from campaign.config import Settings
from campaign.congress import Query
from campaign.database import Database
from campaign.migrations import upgrade
from campaign.models import Delivery, Mail, Message, Pledge
from campaign.web import carrying, places, tokens
from campaign.web.extensions import bank, congress
from tests.bench import load
from tests.bench.measure import Line
from tests.serving import serving

SECRET = "a key of this run alone, for minting its tokens"
LETTER = "protect-parole"
THREADS = 32
ROUNDS = 5
ACTS = 1500
"""In each round."""

BODY = (
    "Dear Senator Collins,\n\n"
    + "My neighbor teaches at our school, and her students ask every week whether she may stay. " * 20
    + "\n\nSincerely,\nAna Reyes\n12 Congress Street\nPortland, ME 04101"
)


def run() -> Iterator[Line]:
    """The findings."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        forms = acts(ROUNDS * ACTS)
        bare = Database(f"sqlite:///{folder / 'bare.db'}")
        upgrade(bare)
        floors, loads = [], []
        with serving(folder, secret_key=SECRET, trusted_proxies=1, program_limits="6/minute") as server:
            for _ in range(ROUNDS):
                floors.append(floor(bare, ACTS))
                loads.append(load.send(server.port, itertools.islice(forms, ACTS), THREADS))
            stored = Database(f"sqlite:///{folder / 'lifeline.db'}")
            with stored.read() as session:
                rows = {noun: session.scalar(select(func.count()).select_from(noun)) for noun in (Message, Pledge)}
            stored.close()
        bare.close()
    done = sum(one.statuses.get("303", 0) for one in loads)
    rate, least = median([one.rate for one in loads]), median(floors)
    yield Line("whole acts through the server, a second", rate, "/s", None, f"bare rows: {least:.0f}/s", 1000)
    yield Line("  the same, beside bare rows", rate / least, "x", None, "", 0.5)
    slow = median([one.percentile(99) for one in loads])
    yield Line("  of a hundred the slowest", slow, "ms", 100, f"half within {loads[0].percentile(50):.0f} ms")
    yield Line("  acknowledged and not stored", sum(done - (rows[noun] or 0) for noun in rows), "", 0)
    yield Line("  not acknowledged", ROUNDS * ACTS - done, "", 0)


def floor(database: Database, count: int) -> float:
    """The same rows a second, by objects and one commit for all who wait, with nothing else around it."""
    numbers = iter(range(count))

    def go() -> None:
        for _ in numbers:
            database.write(_bare)

    threads = [threading.Thread(target=go) for _ in range(THREADS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count / (time.perf_counter() - begun)


def _bare(session: Session) -> None:
    now = clock.wall()
    number = time.perf_counter_ns()
    dated = {"day": now.date(), "created_at": now, "state": "ME"}
    message = Message(
        form_id=f"{number}-{threading.get_ident()}", content_hash="", letter=LETTER, sealed=b"-" * 8000,
        text_until=now, **dated,
    )  # fmt: skip
    session.add(message)
    session.flush()
    session.add_all(Delivery(message_id=message.id, seat=seat, bioguide="C001035") for seat in ("1", "2", "3"))
    session.add(Pledge(message_id=message.id, kind="call", **dated))
    session.add(Mail(kind="confirm", email_hash="", sealed=b"-" * 800, due_at=now, tries=0, created_at=now))


def acts(count: int, *, minutes_ago: int = 5) -> Iterator[bytes]:
    """Finished letters on their way to the server, each from another network and under another address.

    Args:
        minutes_ago: when their first pages were opened.
    """
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), database_url=f"sqlite:///{folder}/none.db", secret_key=SECRET)
        app = create_app(settings)
    with app.test_request_context("/"):
        place = places.settle("04101", congress.look_up(Query("04101"), clock.wall()), "", clock.wall())
        if place is None:
            raise RuntimeError("nobody represents 04101")
        letter = bank.letter(LETTER)
        opened = (clock.wall() - timedelta(minutes=minutes_ago)).timestamp()
        fixed = {"role": next(iter(bank.roles)), "reasons": letter.file.reasons[0].code, "pledges": "call"}
        fixed |= {"street": "12 Congress Street", "city": "Portland", "may_contact": "y"}
        for number in range(count):
            token = replace(tokens.new(LETTER, None, place), opened=opened)
            fields = fixed | {
                "form_token": tokens.mint(token),
                "name": "Ana Reyes",
                "email": f"ana{number}@example.org",
            }
            fields[f"story-{next(iter(bank.questions))}"] = (
                f"{number} of our neighbors came by parole. They belong here."
            )
            for seat in place.seats:
                fields |= {f"subject-{seat}": "Please protect parole", f"body-{seat}": f"{BODY} {number}"}
                fields[f"drafted-{seat}"] = carrying.digest(BODY)
            network = f"10.{number >> 8 & 255}.{number & 255}.7"
            body = urlencode(fields).encode()
            yield load.request("POST", f"/letters/{LETTER}/finish", body, X_Forwarded_For=network)
