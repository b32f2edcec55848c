"""How much one network, and one address of email, may finish; and that whoever is told to wait has lost nothing."""

from __future__ import annotations

import logging
import time
from typing import Any

import pytest
from flask import Flask

from campaign.database import Database
from tests.hidden import hidden
from tests.web.conftest import MakeApp
from tests.web.test_pledge import ANSWERS
from tests.web.visitor import Visitor, rows

WAIT = "please wait a while"


def visitor_of(app: Flask, address: str, **headers: str) -> Visitor:
    """Somebody at this network address."""
    client = app.test_client()
    client.environ_base |= {"REMOTE_ADDR": address, **{f"HTTP_{name}": value for name, value in headers.items()}}
    return Visitor(client)


def promise(app: Flask, address: str, number: int, **answers: Any) -> int:
    visitor = visitor_of(app, address)
    visitor.open("/pledge").press("I promise", **{**ANSWERS, "email": f"person-{number}@example.org", **answers})
    return visitor.status


def test_whoever_comes_too_often_is_told_to_wait_and_keeps_their_letters(make_app: MakeApp, database: Database) -> None:
    app = make_app(network_limits="2/minute;100/day")
    for _ in range(2):
        assert visitor_of(app, "192.0.2.1").finish().heading == "Your letters are ready"
    third = visitor_of(app, "192.0.2.99").write()
    third.press("Finish my letters", body__ME__S1="My own letter.", pledges=["call"], email="ana@example.org")
    assert (third.status, third.heading, WAIT in third.notice) == (429, "Read your letters", True)
    assert third.value("body-ME-S1") == "My own letter."
    assert third.value("email") == "ana@example.org"
    assert rows(database)["messages"] == 2
    elsewhere = visitor_of(app, "192.0.3.1")
    assert elsewhere.finish().heading == "Your letters are ready"


def test_a_pledge_is_limited_too_and_keeps_what_was_typed(make_app: MakeApp) -> None:
    app = make_app(network_limits="1/minute")
    assert promise(app, "192.0.2.1", 1) == 200
    visitor = visitor_of(app, "192.0.2.1").open("/pledge").press("I promise", **ANSWERS)
    assert (visitor.status, WAIT in visitor.notice, visitor.value("name")) == (429, True, "Ana Reyes")
    assert [tag["value"] for tag in visitor.soup.select("input[checked]")] == ["call", "give"]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("192.0.2.1", "192.0.2.254", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ],
)
def test_a_network_is_what_a_household_has(make_app: MakeApp, first: str, second: str, same: bool) -> None:
    app = make_app(network_limits="1/minute")
    assert promise(app, first, 1) == 200
    assert promise(app, second, 2) == (429 if same else 200)


@pytest.mark.parametrize("hops", range(6))
def test_a_forged_address_changes_nothing(make_app: MakeApp, hops: int) -> None:
    app = make_app(network_limits="1/minute", trusted_proxies=0)
    statuses = []
    for number in range(2):
        forged = ", ".join(f"198.51.{number}.{hop}" for hop in range(hops + 1))
        visitor = visitor_of(app, "192.0.2.1", X_FORWARDED_FOR=forged, X_REAL_IP=forged, FORWARDED=f"for={forged}")
        visitor.open("/pledge").press("I promise", **{**ANSWERS, "email": f"person-{number}@example.org"})
        statuses.append(visitor.status)
    assert statuses == [200, 429]


def test_behind_a_proxy_of_ours_its_last_word_counts(make_app: MakeApp) -> None:
    app = make_app(network_limits="1/minute", trusted_proxies=1)
    statuses = []
    for number, said in enumerate(
        ["203.0.113.1, 198.51.100.1", "203.0.113.9, 198.51.100.2", "203.0.113.1, 198.51.7.1"]
    ):
        visitor = visitor_of(app, "192.0.2.1", X_FORWARDED_FOR=said)
        visitor.open("/pledge").press("I promise", **{**ANSWERS, "email": f"person-{number}@example.org"})
        statuses.append(visitor.status)
    assert statuses == [200, 429, 200]


def test_an_address_is_limited_wherever_it_is_typed_and_however(make_app: MakeApp) -> None:
    app = make_app(email_limits="2/hour")
    spellings = ["ana@gmail.com", "a.na@gmail.com", "ana+x@googlemail.com"]
    statuses = [promise(app, f"192.0.{number}.1", 0, email=email) for number, email in enumerate(spellings)]
    assert statuses == [200, 200, 429]
    assert promise(app, "192.0.9.1", 0, email="ben@gmail.com") == 200


def test_what_is_only_looked_at_or_mistaken_costs_nothing(make_app: MakeApp) -> None:
    app = make_app(network_limits="1/minute")
    for _ in range(5):
        assert promise(app, "192.0.2.1", 1, zip="x") == 422
    assert promise(app, "192.0.2.1", 1) == 200


def test_after_a_while_it_goes_on(make_app: MakeApp) -> None:
    app = make_app(network_limits="1/second;100/day")
    assert promise(app, "192.0.2.1", 1) == 200
    assert promise(app, "192.0.2.1", 2) == 429
    time.sleep(1.1)
    assert promise(app, "192.0.2.1", 3) == 200


def test_where_counts_cannot_be_kept_nobody_is_refused(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(network_limits="1/minute")

    def fail(*_about: object, **_more: object) -> None:
        raise ConnectionError

    for name in ("acquire_entry", "get_moving_window"):
        monkeypatch.setattr(app.extensions["limits"].storage, name, fail)
    with caplog.at_level(logging.ERROR):
        assert [promise(app, "192.0.2.1", number) for number in range(3)] == [200] * 3
    assert "limits not kept" in caplog.text


@pytest.mark.parametrize("said", [{"SEC_FETCH_SITE": "same-origin"}, {"ORIGIN": "http://localhost"}], ids=str)
def test_what_does_not_say_where_its_post_comes_from_may_less(make_app: MakeApp, said: dict[str, str]) -> None:
    app = make_app(program_limits="1/minute")
    silent = [promise(app, "192.0.2.1", number) for number in range(2)]
    assert silent == [200, 429]
    visitor = visitor_of(app, "192.0.2.1", **said).open("/pledge")
    assert visitor.press("I promise", **{**ANSWERS, "email": "person-3@example.org"}).status == 200


def test_what_fails_on_our_side_shuts_nobody_out(make_app: MakeApp, database: Database) -> None:
    app = make_app(network_limits="2/minute", email_limits="2/hour")
    visitor = visitor_of(app, "192.0.2.1").write()
    with hidden(database, "messages"):
        for _ in range(5):
            visitor.press("Finish my letters", pledges=["call"], email="ana@example.org")
            assert (visitor.status, "nothing was stored" in visitor.notice) == (503, True)
    assert visitor.press("Finish my letters").heading == "Your letters are ready"
    assert promise(app, "192.0.2.1", 1) == 200
    assert promise(app, "192.0.2.1", 2) == 429


def test_a_mistake_in_the_last_step_costs_nothing(make_app: MakeApp) -> None:
    app = make_app(network_limits="1/minute")
    visitor = visitor_of(app, "192.0.2.1").write()
    path, data = visitor.filled("Finish my letters")
    for _ in range(3):
        data["body-ME-S1"] = ""
        assert visitor.post(path, data).status == 422
    assert visitor_of(app, "192.0.2.1").finish().heading == "Your letters are ready"
