"""What browsers would send, made beforehand: the tokens in it are minted with the key of the run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from campaign import clock
from campaign.app import create_app
from campaign.config import Settings
from campaign.congress import Query
from campaign.web import carrying, places, tokens
from campaign.web.extensions import bank, congress
from tests.bench import load

SECRET = "a key of this run alone, for minting its tokens"
LETTER = "protect-parole"

BODY = (
    "Dear Senator Collins,\n\n"
    + "My neighbor teaches at our school, and her students ask every week whether she may stay. " * 20
    + "\n\nSincerely,\nAna Reyes\n12 Congress Street\nPortland, ME 04101"
)


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
