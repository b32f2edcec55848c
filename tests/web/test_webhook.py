"""Gifts told over the web: only with our secret, only now, and as often as one likes."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from campaign import donations
from campaign.config import ROOT
from campaign.database import Database
from campaign.keys import Keys
from campaign.models import Gift
from tests.conftest import NOON
from tests.serving import serving
from tests.web.conftest import MakeApp
from tests.web.visitor import rows

SECRET = "a secret that two parties share!"
PATH = "/api/v1/donations"
NOTHING = {"given": 0, "known": 0, "unmatched": 0, "conflicts": 0, "bad": 0, "rows": []}


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    return make_app(webhook_secret=SECRET).test_client()


@pytest.fixture
def token(database: Database, keys: Keys) -> str:
    """The id of a hand-over."""
    token = donations.new_token(keys)
    database.write(lambda session: donations.record_click(session, "give", day=NOON.date(), now=NOON, token=token))
    return token


def sign(body: bytes, at: float | None = None, secret: str = SECRET) -> str:
    t = int(time.time() if at is None else at)
    return f"t={t},v1=" + hmac.new(secret.encode(), f"{t}.".encode() + body, hashlib.sha256).hexdigest()


def post(client: FlaskClient, given: Any, **headers: str) -> TestResponse:
    body = given if isinstance(given, bytes) else json.dumps(given).encode()
    return client.post(PATH, data=body, headers={"Lifeline-Signature": sign(body)} | headers)


def gift(reference: str, amount: object = "25.00", date: str = "2026-11-24") -> dict[str, object]:
    return {"id": reference, "amount": amount, "date": date}


def cents(database: Database) -> list[int]:
    with database.read() as session:
        return list(session.scalars(select(Gift.cents).order_by(Gift.cents)))


def test_a_gift_is_told_once_however_often(client: FlaskClient, token: str, database: Database) -> None:
    for outcome in ({"given": 1}, {"known": 1}, {"known": 1}):
        answer = post(client, gift(token))
        assert (answer.status_code, answer.json) == (200, NOTHING | outcome)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
    assert cents(database) == [2500]


def test_a_list_is_taken_in_row_by_row(client: FlaskClient, token: str, database: Database) -> None:
    told = [
        gift(token),
        gift("made-up"),
        gift(token, "1"),
        gift("x", "-1"),
        [],
        {"id": "y"},
        gift("y", None),
        gift(token),
    ]
    answer = post(client, told)
    found = answer.json
    assert found is not None
    notes = [(row["row"], row["kind"]) for row in found.pop("rows")]
    assert found == {"given": 1, "known": 1, "unmatched": 1, "conflicts": 1, "bad": 4}
    assert notes == [(2, "unmatched"), (3, "conflict"), *((row, "bad") for row in (4, 5, 6, 7))]
    assert cents(database) == [2500, 2500]
    assert post(client, []).json == NOTHING


@pytest.mark.parametrize(
    ("number", "amount"), [("25", 2500), ("25.5", 2550), ("0.29", 29), ("1.15", 115), ("2.50", 250), ("4.35", 435)]
)
def test_a_number_is_read_to_the_cent_as_it_stands(
    client: FlaskClient, token: str, database: Database, number: str, amount: int
) -> None:
    body = f'{{"id": "{token}", "amount": {number}, "date": "2026-11-24"}}'.encode()
    assert post(client, body).json == NOTHING | {"given": 1}
    assert cents(database) == [amount]


@pytest.mark.parametrize("number", ["1e2", "25.005", "NaN", "Infinity", "-1", "9" * 5_000, "true", "[]", "0"])
def test_a_number_that_is_no_amount_is_a_bad_row(
    client: FlaskClient, token: str, database: Database, number: str
) -> None:
    answer = post(client, f'{{"id": "{token}", "amount": {number}, "date": "2026-11-24"}}'.encode())
    assert (answer.status_code, (answer.json or {})["bad"]) == (200, 1)
    assert cents(database) == []


BODY = json.dumps(gift("made-up")).encode()


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "t=1,v1=",
        "v1=" + "0" * 64,
        lambda: sign(BODY, secret=SECRET + "x"),
        lambda: sign(BODY + b" "),
        lambda: sign(BODY).replace("v1", "v0"),
        lambda: sign(BODY).upper(),
        lambda: sign(BODY) + ",v1=" + "0" * 64,
        lambda: sign(BODY)[:-1],
        lambda: sign(BODY)[:-1] + ("0" if sign(BODY)[-1] != "0" else "1"),
        lambda: re.sub(r"t=\d+", f"t={int(time.time()) + 1}", sign(BODY)),
        lambda: sign(BODY, time.time() - 310),
        lambda: sign(BODY, time.time() + 310),
        lambda: "t=٣,v1=" + "0" * 64,
        lambda: f"t={'9' * 5000},v1=" + "0" * 64,
    ],
)
def test_without_a_fresh_signature_nothing_is_taken_in(client: FlaskClient, database: Database, signature: Any) -> None:
    text = signature() if callable(signature) else signature
    answer = client.post(PATH, data=BODY, headers={"Lifeline-Signature": text.encode().decode("latin-1")})
    assert answer.status_code == 401
    assert answer.json is not None
    assert set(answer.json["error"]) == {"code", "message"}
    assert answer.json["error"]["code"] == "unsigned"
    assert rows(database) == {}


@pytest.mark.parametrize("seconds", [-290, 290])
def test_clocks_may_differ_by_minutes(client: FlaskClient, seconds: int) -> None:
    signed = {"Lifeline-Signature": sign(BODY, time.time() + seconds)}
    assert client.post(PATH, data=BODY, headers=signed).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "malformed"),
        (b"{", 422, "malformed"),
        (b"\xff", 422, "malformed"),
        (b"[" * 100_000, 422, "malformed"),
        (json.dumps([gift("x")] * 1_001).encode(), 422, "malformed"),
        (b"[" + b" " * 600_000 + b"]", 413, "too_large"),
    ],
    ids=["empty", "half", "bytes", "deep", "many", "large"],
)
def test_what_makes_no_sense_is_refused(
    client: FlaskClient, database: Database, body: bytes, status: int, code: str
) -> None:
    answer = post(client, body)
    assert (answer.status_code, (answer.json or {})["error"]["code"]) == (status, code)
    assert rows(database) == {}


def test_a_thousand_gifts_are_taken_in_at_once(client: FlaskClient) -> None:
    answer = post(client, [gift(f"made-up-{number}") for number in range(1_000)])
    assert (answer.status_code, (answer.json or {})["unmatched"]) == (200, 1_000)


def test_without_a_secret_there_is_no_such_address(make_app: MakeApp, database: Database) -> None:
    answer = post(make_app().test_client(), gift("made-up"))
    assert (answer.status_code, (answer.json or {})["error"]["code"]) == (404, "not_found")
    assert rows(database) == {}


def test_a_page_cannot_tell_through_a_visitors_browser(client: FlaskClient, database: Database) -> None:
    assert post(client, gift("made-up"), Origin="https://evil.example").status_code == 403
    assert client.get(PATH).status_code == 405
    assert rows(database) == {}


def test_the_readmes_example_tells_of_a_gift(tmp_path: Path) -> None:
    if not all(map(shutil.which, ("bash", "curl", "openssl"))):
        pytest.skip("the example takes curl and openssl")
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (example,) = [block for block in blocks if "Lifeline-Signature" in block]
    assert example.count("\n") == 5
    with serving(tmp_path, webhook_secret=SECRET, today="2026-11-24") as server:
        env = server.env | {"CAMPAIGN_PUBLIC_URL": server.url}
        ended = subprocess.run(["bash", "-euc", example], env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["unmatched"] == 1
