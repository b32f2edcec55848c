"""Pages that are the same for everybody are handed out again for a moment, and no other page is."""

from __future__ import annotations

import time

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from campaign.web import shelf
from tests.web.conftest import MakeApp
from tests.web.visitor import Visitor


@pytest.fixture
def kept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of what the application itself has answered, while the shelf keeps for long."""
    monkeypatch.setattr(shelf, "KEPT_SECONDS", 60.0)
    asked: list[str] = []

    @app.before_request
    def _note() -> None:
        asked.append(request.full_path)

    return asked


def answer(client: FlaskClient, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    found = client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    said = dict(found.headers)
    said.pop("X-Request-ID", None)
    said.pop("Date", None)
    return found.status_code, found.data, said


@pytest.mark.parametrize("path", ["/", "/parole", "/letters/protect-parole", "/api/v1/counts", "/embed/count.svg"])
def test_the_second_who_asks_gets_what_the_first_got(app: Flask, kept: list[str], path: str) -> None:
    client = app.test_client()
    first, second = answer(client, path), answer(client, path)
    assert first == second
    assert first[0] == 200
    assert len(kept) == 1
    assert answer(client, path, If_None_Match=first[2]["ETag"])[:2] == (304, b"")
    assert client.head(path).data == b""
    assert len(kept) == 1


def test_after_its_time_it_is_made_anew(app: Flask, kept: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "KEPT_SECONDS", 0.05)
    client = app.test_client()
    answer(client, "/parole")
    time.sleep(0.1)
    answer(client, "/parole")
    assert len(kept) == 2


def test_another_address_coding_or_host_is_another_answer(app: Flask, kept: list[str]) -> None:
    client = app.test_client()
    answers = [
        answer(client, "/parole"),
        answer(client, "/parole?ref=flyer"),
        answer(client, "/parole", Accept_Encoding="br"),
        answer(client, "/parole", Accept_Encoding="gzip"),
        answer(client, "/parole", Host="elsewhere.example"),
    ]
    assert len(kept) == 5
    assert [one[2].get("Content-Encoding") for one in answers] == [None, None, "br", "gzip", None]


def test_what_varies_by_the_framing_page_does_so_here(app: Flask, kept: list[str], riverside: object) -> None:
    client, path = app.test_client(), "/embed/letters/protect-parole?p=riverside"
    inside = answer(client, path, Referer="https://riverside.example/join")
    outside = answer(client, path)
    assert len(kept) == 2
    assert inside[1] != outside[1]
    assert answer(client, path, Referer="https://riverside.example/join") == inside


@pytest.mark.parametrize("path", ["/pledge", "/nowhere", "/donate/give", "/organize/sign-in", "/metrics", "/healthz"])
def test_nothing_else_is_kept(app: Flask, kept: list[str], path: str) -> None:
    client = app.test_client()
    for _ in range(2):
        client.get(path)
    assert len(kept) == 2


def test_no_page_on_somebodys_way_is_kept(app: Flask, kept: list[str]) -> None:
    for _ in range(2):
        Visitor(app.test_client()).finish()
    assert sum(path.startswith("/kit/") for path in kept) == 2
    assert sum(path.startswith("/letters/protect-parole/write") for path in kept) == 2


def test_there_is_room_for_so_many(app: Flask, kept: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST", 5)
    client = app.test_client()
    for number in range(40):
        answer(client, f"/parole?ref={number}")
    around = app.wsgi_app  # without a proxy it is the outermost
    assert isinstance(around, shelf.Shelf)
    assert len(around._answers) <= 5
    assert len(around._varies) <= 5


def test_what_a_proxy_says_of_the_visitor_is_not_part_of_it(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "KEPT_SECONDS", 60.0)
    client = make_app(trusted_proxies=1).test_client()
    client.get("/parole", headers={"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Host": "forged.example"})
    found = client.get("/parole", headers={"X-Forwarded-For": "192.0.2.2"})
    assert "forged.example" not in found.text


def test_for_another_host_of_the_proxy_it_is_another_answer(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "KEPT_SECONDS", 60.0)
    app = make_app(trusted_proxies=1)
    asked: list[str] = []
    app.before_request(lambda: asked.append(""))
    client = app.test_client()
    for host in ("one.example", "two.example", "one.example"):
        client.get("/parole", headers={"X-Forwarded-Host": host})
    assert len(asked) == 2


def test_who_looks_gives_way_to_who_is_at_work(app: Flask, kept: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    breaths: list[float] = []
    monkeypatch.setattr(shelf.time, "sleep", breaths.append)
    looking, path = app.test_client(), "/api/v1/counts"

    @app.before_request
    def _look_meanwhile() -> None:
        if request.method == "POST":
            assert looking.get(path).status_code == 200

    assert [looking.get(path).status_code for _ in range(3)] == [200] * 3
    assert (len(kept), breaths) == (1, [])
    assert app.test_client().post("/letters/protect-parole", data={"zip": "04101"}).status_code == 200
    assert breaths == [shelf.BREATH_SECONDS]
    assert looking.get(path).status_code == 200
    assert len(breaths) == 1, "nobody is at work any more"
