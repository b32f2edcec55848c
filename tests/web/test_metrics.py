"""What happens is counted, and told to this machine, or to whoever knows the token; no number tells of a person."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from campaign import beats, clock
from campaign.config import ROOT
from campaign.database import Database
from campaign.keys import Keys
from campaign.logs import Discreet, request_id
from campaign.models import Mail
from tests.web.conftest import MakeApp
from tests.web.visitor import Visitor


def numbers(client: FlaskClient) -> dict[str, float]:
    """All numbers, by name and labels as they are written."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    lines = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def more(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    changed = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}
    return {name: n for name, n in changed.items() if name.startswith(("lifeline_requests_total", "lifeline_lookups"))}


def test_requests_are_counted_by_rule_and_status(app: Flask) -> None:
    client = app.test_client()
    client.get("/metrics")
    before = numbers(client)
    for path in ("/letters/protect-parole", "/letters/none", "/nowhere/ana@example.org"):
        client.get(path)
    assert more(before, numbers(client)) == {
        'lifeline_requests_total{route="/letters/<slug>",status="200"}': 1,
        'lifeline_requests_total{route="/letters/<slug>",status="404"}': 1,
        'lifeline_requests_total{route="none",status="404"}': 1,
        'lifeline_requests_total{route="/metrics",status="200"}': 1,
    }
    assert "ana@" not in client.get("/metrics").text


def test_look_ups_are_counted_by_their_outcome(app: Flask) -> None:
    client = app.test_client()
    before = numbers(client)
    client.post("/api/v1/lookup", json={"zip": "04101"})
    Visitor(client).find()
    assert more(before, numbers(client))['lifeline_lookups_total{outcome="zip"}'] == 2


def test_how_things_stand_is_told(app: Flask, database: Database) -> None:
    now = clock.wall()

    def store(session: object) -> None:
        beats.note(session, beats.WORKER, now - timedelta(seconds=90))  # type: ignore[arg-type]
        common = {"kind": "confirm", "email_hash": "", "created_at": now, "tries": 0}
        for due, sent in ((timedelta(minutes=20), None), (timedelta(minutes=90), now - timedelta(minutes=5))):
            session.add(Mail(due_at=now - due, sent_at=sent, sealed=b"", **common))  # type: ignore[attr-defined]

    database.write(store)
    Visitor(app.test_client()).finish()
    found = numbers(app.test_client())
    assert found["lifeline_database_up"] == 1
    assert found["lifeline_uncounted"] == 1
    assert found["lifeline_mail_oldest_seconds"] == pytest.approx(1200, abs=60)
    assert found["lifeline_worker_beat_age_seconds"] == pytest.approx(90, abs=60)
    assert found['lifeline_mails_last_hour{outcome="sent"}'] == 1
    assert found["lifeline_roster_age_seconds"] >= 0


def test_without_a_database_the_rest_is_told(make_app: MakeApp) -> None:
    app = make_app(database_url="postgresql+psycopg://127.0.0.1:9/none")
    found = numbers(app.test_client())
    assert found["lifeline_database_up"] == 0
    assert "lifeline_mail_oldest_seconds" not in found


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"])
def test_through_a_proxy_there_is_no_such_page(app: Flask, header: str) -> None:
    assert app.test_client().get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


def test_from_elsewhere_there_is_none_either(app: Flask) -> None:
    assert app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 404


def test_whoever_knows_the_token_is_told_and_nobody_else(make_app: MakeApp) -> None:
    token = "t" * 32
    client = make_app(metrics_token=token).test_client()
    there = {"REMOTE_ADDR": "192.0.2.1"}
    for said, status in ((f"Bearer {token}", 200), (f"Bearer {token}x", 404), ("", 404), ("Bearer \xff", 404)):
        assert client.get("/metrics", headers={"Authorization": said}, environ_base=there).status_code == status
    assert client.get("/metrics").status_code == 404


def test_each_answer_names_its_request(app: Flask) -> None:
    client = app.test_client()
    ids = {client.get("/healthz").headers["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3
    assert all(re.fullmatch("[0-9a-f]{16}", one) for one in ids)


def test_an_id_is_taken_from_a_proxy_of_ours_alone(make_app: MakeApp) -> None:
    given = {"X-Request-ID": "from-the-proxy-1"}
    assert make_app().test_client().get("/", headers=given).headers["X-Request-ID"] != "from-the-proxy-1"
    behind = make_app(trusted_proxies=1).test_client()
    assert behind.get("/", headers=given).headers["X-Request-ID"] == "from-the-proxy-1"
    for bad in ("short", "x" * 65, "with space in it", "ana@example.org"):
        assert behind.get("/", headers={"X-Request-ID": bad}).headers["X-Request-ID"] != bad


def test_what_failed_is_logged_with_its_request(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    client = app.test_client()

    @app.before_request
    def _fail() -> None:
        raise RuntimeError("ana@example.org")

    with caplog.at_level(logging.WARNING):
        answer = client.get("/letters/protect-parole?p=ana@example.org")
    (line,) = [record for record in caplog.records if record.message == "request failed or took long"]
    assert (line.route, line.status) == ("/letters/<slug>", 500)  # type: ignore[attr-defined]
    assert request_id.get() == answer.headers["X-Request-ID"]
    assert "ana@" not in "".join(Discreet().format(record) for record in caplog.records)


def test_a_page_that_keeps_somebodys_key_is_none_of_the_labels(app: Flask, keys: Keys) -> None:
    client = app.test_client()
    Visitor(client).finish()
    assert re.findall(r"/kit/(?!<)", client.get("/metrics").text) == []


def test_every_number_that_an_alert_looks_at_is_told(make_app: MakeApp) -> None:
    told = make_app().test_client().get("/metrics").text
    rules = yaml.safe_load((ROOT / "deploy" / "alerts.example.yml").read_text())["groups"][0]["rules"]
    names = {name for rule in rules for name in re.findall(r"lifeline_\w+", rule["expr"])}
    assert len(names) >= 10
    families = set(re.findall(r"^# TYPE (lifeline_\w+)", told, re.MULTILINE)) | {"lifeline_worker_beat_age_seconds"}
    assert {name for name in names if name not in families and name.removesuffix("_bucket") not in families} == set()
