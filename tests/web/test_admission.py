"""When more come than can be served: some wait, the others are told at once, and nothing typed is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from flask import Flask

from campaign.database import Database
from campaign.partners import Partner
from campaign.web import admission
from campaign.web.admission import Door
from tests.web.visitor import Visitor, rows


@contextmanager
def crowd(app: Flask) -> Iterator[None]:
    """All are at work that can be, and nobody may wait."""
    door: Door = app.extensions["door"]
    places = 0
    while door._places.acquire(blocking=False):
        places += 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(admission, "WAITING", 0)
        yield
    door._places.release(places)


@pytest.fixture
def full(app: Flask) -> Iterator[None]:
    """A site with a crowd."""
    with crowd(app):
        yield


@pytest.mark.parametrize("path", ["/", "/letters/protect-parole", "/pledge", "/organize/sign-in", "/donate/give"])
def test_whoever_comes_then_is_asked_to_come_back(app: Flask, full: None, path: str) -> None:
    answer = app.test_client().get(path)
    assert (answer.status_code, 5 <= int(answer.headers["Retry-After"]) <= 15) == (503, True)
    assert "Please try again in a few seconds" in answer.text


def test_programs_are_told_in_their_own_way(app: Flask, full: None) -> None:
    answer = app.test_client().post("/api/v1/lookup", json={"zip": "04101"})
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "busy")  # type: ignore[index]
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize("path", ["/static/site.css", "/api/v1/counts", "/embed/count.svg", "/embed/v1.js", "/healthz"])
def test_what_is_quickly_given_is_given_all_the_same(app: Flask, full: None, path: str) -> None:
    assert app.test_client().get(path).status_code == 200


@pytest.mark.parametrize("frame", ["", "/embed"])
def test_what_was_typed_is_held_on_the_page_and_goes_on_from_there(
    app: Flask, riverside: Partner, database: Database, frame: str
) -> None:
    visitor = Visitor(app.test_client()).find(frame=frame, partner="riverside").press("Read my letters", **LETTER)
    action, fields = visitor.filled("Finish my letters", body__ME__S1="My own <letter> & “words”.\n\nAna")
    with crowd(app):
        visitor.post(action, fields)
    assert (visitor.status, visitor.heading) == (503, "One moment, please")
    assert ("https://riverside.example" in visitor.response.headers["Content-Security-Policy"]) == bool(frame)
    assert "messages" not in rows(database)
    assert visitor.press("Go on").heading == "Your letters are ready"
    assert "My own <letter> & “words”." in visitor.text


LETTER = {
    "role": "neighbor",
    "reasons": ["safety"],
    "story-tie": "My neighbor teaches at our school.",
    "name": "Ana Reyes",
    "street": "12 Congress Street",
    "city": "Portland",
}


def test_what_another_sites_page_sends_is_not_given_back_on_one_of_ours(app: Flask, full: None) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = app.test_client().post("/pledge", data={"email": "evil@example.org"}, headers=headers)
    assert (answer.status_code, "evil@example.org" in answer.text) == (403, False)


def test_a_password_is_not_held_on_a_page(app: Flask, full: None) -> None:
    answer = app.test_client().post("/organize/sign-in", data={"email": "a@example.org", "password": "correct horse"})
    assert (answer.status_code, "correct horse" in answer.text) == (503, False)


def test_some_wait_for_their_turn_and_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "WORKED_ON", 1)
    monkeypatch.setattr(admission, "WAITING", 2)
    monkeypatch.setattr(admission, "WAIT_SECONDS", 30.0)
    door = Door()
    assert door.enter()
    with ThreadPoolExecutor(3) as threads:
        came = [threads.submit(door.enter) for _ in range(2)]
        while door._waiting < 2:
            threading.Event().wait(0.001)
        assert not door.enter()  # the third is told at once
        for _ in came:
            door.leave()
        assert [one.result(30) for one in came] == [True, True]


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "WORKED_ON", 0)
    monkeypatch.setattr(admission, "WAIT_SECONDS", 0.05)
    door = Door()
    assert [door.enter(), door._waiting] == [False, 0]


def test_each_place_is_given_back_whatever_happens(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "WAITING", 0)
    client = app.test_client()
    for path in ("/", "/nowhere", "/letters/none", "/kit/forged", "/organize/") * 20:
        assert client.get(path).status_code in (200, 302, 404)
    assert app.extensions["door"]._places._value == admission.WORKED_ON
