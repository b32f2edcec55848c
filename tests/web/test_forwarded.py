"""What a proxy says of a request counts only from as many proxies as the operator has."""

from __future__ import annotations

import pytest
from flask import request

from campaign import clock, organizers
from campaign.database import Database
from campaign.keys import Keys
from tests.web.conftest import MakeApp
from tests.web.visitor import Visitor

FORGED = {
    "X-Forwarded-For": "203.0.113.1, 203.0.113.2, 203.0.113.3",
    "X-Forwarded-Proto": "http, http, https",
    "X-Forwarded-Host": "one.example, two.example, three.example",
    "X-Forwarded-Port": "1, 2, 3",
    "X-Forwarded-Prefix": "/evil, /evil, /evil",
    "Forwarded": "for=203.0.113.9;host=evil.example;proto=https",
    "X-Real-IP": "203.0.113.9",
    "X-Original-URL": "/organize/",
    "X-HTTP-Method-Override": "DELETE",
}


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        (0, "127.0.0.1 http localhost / GET"),
        (1, "203.0.113.3 https three.example / GET"),
        (2, "203.0.113.2 http two.example / GET"),
        (3, "203.0.113.1 http one.example / GET"),
        (4, "127.0.0.1 http localhost / GET"),
    ],
)
def test_forwarded_headers_count_from_as_many_proxies_as_there_are(make_app: MakeApp, proxies: int, seen: str) -> None:
    app = make_app(trusted_proxies=proxies)
    with app.test_client() as client:
        assert client.get("/", headers=FORGED).status_code == 200
        assert (
            f"{request.remote_addr} {request.scheme} {request.host} {request.full_path.rstrip('?')} {request.method}"
            == seen
        )


def test_a_forged_host_is_in_no_link(make_app: MakeApp) -> None:
    client = make_app().test_client()
    for headers in ({"Host": "evil.example"}, FORGED):
        for path in ("/", "/letters/protect-parole", "/abroad", "/organize/sign-in", "/no-such-page"):
            answer = client.get(path, headers=headers)
            assert "evil" not in answer.text
            assert "three.example" not in answer.text


@pytest.mark.parametrize(("proxies", "status"), [(0, 403), (1, 200)])
def test_an_origin_is_compared_with_a_forwarded_host_only_behind_a_proxy(
    make_app: MakeApp, proxies: int, status: int
) -> None:
    client = make_app(trusted_proxies=proxies).test_client()
    headers = {"Origin": "https://act.example", "X-Forwarded-Host": "act.example", "X-Forwarded-Proto": "https"}
    assert client.post("/letters/protect-parole", data={"zip": "04101"}, headers=headers).status_code == status


@pytest.mark.parametrize("proxies", [0, 1])
def test_behind_a_proxy_that_speaks_https_everything_works(
    make_app: MakeApp, database: Database, keys: Keys, proxies: int
) -> None:
    """As a browser sends it through such a proxy, whether or not the application is told about the proxy."""
    app = make_app(trusted_proxies=proxies, public_url="https://act.example")
    visitor = Visitor(app.test_client())
    proxy = {
        "HTTP_HOST": "act.example",
        "HTTP_ORIGIN": "https://act.example",
        "HTTP_REFERER": "https://act.example/",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_HOST": "act.example",
        "HTTP_X_FORWARDED_FOR": "203.0.113.7",
    }
    visitor.client.environ_base.update(proxy)
    visitor.finish()
    assert visitor.heading == "Your letters are ready"
    secret = database.write(
        lambda session: organizers.add(session, keys, "o@example.org", role="viewer", now=clock.wall())
    )
    visitor.open(f"/organize/sign-in/{secret}").press("Sign in")
    assert visitor.heading == "Figures"
    assert visitor.press("Sign out").heading == "Organizers"
