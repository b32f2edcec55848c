"""A campaign about which programs may ask, and the examples of what they are told, asked again."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from campaign import donations, tasks
from campaign.database import Database
from campaign.keys import Keys
from campaign.models import Pledge
from campaign.web.examples import GIFT_ID, Example, examples
from campaign.web.operations import PATHS
from campaign.web.webhook import HEADER
from tests.conftest import NOON
from tests.web.visitor import ANSWERS, Visitor

SECRET = "a secret that two parties share!"
SITE = "http://127.0.0.1:8000"


def sign(body: bytes) -> str:
    """The header with which gifts may be told now."""
    t = str(int(time.time()))
    return f"t={t},v1=" + hmac.new(SECRET.encode(), t.encode() + b"." + body, hashlib.sha256).hexdigest()


def tell_a_story(app: Flask, database: Database) -> None:
    """Twelve letters from three states, five of them through a partner, a confirmed pledge and two hand-overs."""
    visitor = Visitor(app.test_client())
    for zip_code, partner, times in (("04101", "riverside", 5), ("04101", "", 2), ("82001", "", 2), ("05602", "", 3)):
        for turn in range(times):
            own = {**ANSWERS, "story-tie": f"Letter {turn} from {zip_code}."}
            last = {"pledges": ["call"], "email": "ana@example.org"} if (zip_code, turn) == ("82001", 0) else {}
            visitor.find(zip_code, partner=partner).press("Read my letters", **own)
            visitor.press("Finish my letters", **last)
            assert visitor.heading == "Your letters are ready"
    for query in ("?p=riverside", ""):
        visitor.client.get(f"/donate/give{query}")
    database.write(lambda session: session.execute(update(Pledge).values(confirmed_at=NOON)).close())
    tasks.count(database)


def new_gift(database: Database, keys: Keys) -> str:
    """The id of a hand-over for which no gift was told yet."""
    token = donations.new_token(keys)
    database.write(lambda session: donations.record_click(session, "give", day=NOON.date(), now=NOON, token=token))
    return token


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation of all that is described."""
    for path, methods in PATHS.items():
        for method, operation in methods.items():
            yield path, method, operation


def all_examples() -> list[Any]:
    """Every example with its path and method, as parameters of a test."""
    return [
        pytest.param(path, method, example, id=f"{operation['operationId']}-{number}-{example.status}")
        for path, method, operation in operations()
        for number, example in enumerate(examples(SITE).get(operation["operationId"], []), start=1)
    ]


def ask(client: FlaskClient, path: str, method: str, example: Example, gift_id: str) -> TestResponse:
    """Send an example's request; what needs a signature gets one, unless the example is of one that lacks it."""
    body = b"" if example.body is None else json.dumps(example.body).replace(GIFT_ID, gift_id).encode()
    headers = {"Content-Type": "application/json"} if body else {}
    if path.endswith("/donations") and example.status != 401:
        headers[HEADER] = sign(body)
    return client.open(example.target(path), method=method.upper(), data=body, headers=headers)
