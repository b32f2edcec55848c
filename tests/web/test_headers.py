"""What every answer says to browsers and caches, found by walking through all routes; and who may post to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from campaign import clock, sharing
from campaign.database import Database
from campaign.web import embed
from campaign.web.extensions import Parts
from tests.web.conftest import MakeApp, SignIn
from tests.web.visitor import (
    ANSWERS,
    Visitor,
    confirm_page,
    partner_page,
    private_page,
    rows,
    shared_office,
    unpacked,
)

OFFICE = "office@parish.example"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action {}; "
    "base-uri 'none'; {}frame-ancestors {}"
)
OWN = POLICY.format("'self'", "", "'none'")
FRAMED = POLICY.format("'self'", "", "'self'")
"""With no partner in the address nobody but the site may frame it; `test_embed` has the others."""
CARD = POLICY.format("'none'", "", "*")
BUILDER = POLICY.format("'self'", "frame-src 'self'; ", "'none'")

KINDS = {
    # policy, X-Frame-Options, Referrer-Policy, who may load it, who may read it
    "page": (OWN, "DENY", "same-origin", "same-origin", None),
    "handed": (OWN, "DENY", "no-referrer", "same-origin", None),
    "builder": (BUILDER, "DENY", "same-origin", "same-origin", None),
    "framed": (FRAMED, None, "strict-origin", "cross-origin", None),
    "card": (CARD, None, "strict-origin", "cross-origin", None),
    "shared": (OWN, "DENY", "same-origin", "cross-origin", None),
    "open": (OWN, "DENY", "same-origin", "cross-origin", "*"),
}
BUILDERS = {"builder.show", "builder_room.show_in_room"}
SCRIPTS = {"embed.loader", "embed.pinned_loader"}
KIND_OF = dict.fromkeys(BUILDERS, "builder") | dict.fromkeys(SCRIPTS, "open")
KIND_OF |= {"shared_office.show": "handed", "card.show": "card", "static": "shared", "badge.picture": "shared"}
KIND_OF |= dict.fromkeys(("api.show_counts", "badge.figures", "oembed.show", "openapi.show"), "open")


def routes(
    app: Flask, method: str, kit: str, page: str = "x", link: str = "x", partner: str = "x"
) -> Iterator[tuple[str, str]]:
    """Every route that takes a method: its endpoint, and an address with real values in its places."""
    values = {
        "slug": "protect-parole",
        "step": "write",
        "token": kit,
        "seat": "ME-S1",
        "code": "give",
        "secret": "x",
        "link": "1",
        "filename": "site.css",
        "delivery": "1",
        "pledge": "1",
        "form_id": "x",
        "partner": "parish",
        "place": "2-portland-fish-pier-suite-304-portland-me-04101",
        "version": embed.script().version,
        "number": "1",
        "name": "messages",
    }
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()):
            known = {name: values[name] for name in rule.arguments}
            if rule.rule == "/oembed":
                known["url"] = "http://localhost/letters/protect-parole"
            if rule.rule.startswith("/organize/partners/"):
                known["code"] = "parish"
            if rule.rule.startswith("/visit/"):
                known["seat"] = "ME-01"
            if rule.rule.startswith("/mine/"):
                known["token"] = page
            if rule.rule.startswith("/office/"):
                known["token"] = shared_office(app)
            if rule.rule.startswith("/confirm/"):
                known["token"] = link
            if rule.rule.startswith("/address/"):
                parts: Parts = app.extensions["campaign"]
                known["token"] = parts.keys.seal('{"from": "", "to": "ana@example.org", "until": 9e9}').decode()
            if rule.rule.startswith("/partner/"):
                known["token"] = partner
            if rule.rule.startswith("/partner/list/"):
                parts = app.extensions["campaign"]
                known["token"] = sharing.link(parts.keys, "parish", OFFICE, clock.wall())
            yield rule.endpoint, adapter.build(rule.endpoint, known, method)


def walk(
    app: Flask, visitor: Visitor, sign_in: SignIn, accept_encoding: str = ""
) -> Iterator[tuple[str, str, TestResponse]]:
    """Every page that a GET leads to, asked for by somebody who is signed in: endpoint, address, answer."""
    kit = visitor.finish(email="ana@example.org", pledges=["call"]).path.removeprefix("/kit/")
    link = confirm_page(app).removeprefix("/confirm/")
    page = private_page(app, "ana@example.org")
    partner = partner_page(app, "parish", OFFICE)
    client = sign_in("admin").client
    for endpoint, path in routes(app, "GET", kit, page, link, partner):
        yield endpoint, path, client.get(path, buffered=True, headers={"Accept-Encoding": accept_encoding})


def test_every_page_has_the_strict_headers(app: Flask, visitor: Visitor, sign_in: SignIn) -> None:
    walked = []
    for endpoint, path, answer in walk(app, visitor, sign_in):
        walked.append(endpoint)
        assert answer.status_code in (200, 302, 303), path
        headers = answer.headers
        kind = "framed" if endpoint.startswith("embed_") else KIND_OF.get(endpoint, "page")
        policy, frame_options, referrer, loaders, readers = KINDS[kind]
        assert headers.getlist("Content-Security-Policy") == [policy], path
        assert headers.getlist("X-Frame-Options") == ([frame_options] if frame_options else []), path
        assert headers["Referrer-Policy"] == referrer, path
        assert headers["Cross-Origin-Resource-Policy"] == loaders, path
        assert headers.get("Access-Control-Allow-Origin") == readers, path
        embedder = "require-corp" if kind in ("framed", "card") else None
        assert headers.get("Cross-Origin-Embedder-Policy") == embedder, path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "geolocation=()" in headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in headers
    assert len(walked) >= 25


ROOM = (
    "organize.",
    "signing_in.",
    "entering.",
    "account.",
    "people.",
    "log.",
    "batches.",
    "builder_room.",
    "coverage.",
    "lists.",
    "partners_room.",
    "todo.",
)
"""The beginnings of the organizers' endpoints."""


def test_no_page_but_the_organizers_knows_a_cookie(app: Flask, visitor: Visitor, sign_in: SignIn) -> None:
    for endpoint, path, answer in walk(app, visitor, sign_in):
        if endpoint.startswith(ROOM):
            assert answer.headers["Vary"] == "Cookie", path
        else:
            assert "cookie" not in answer.headers.get("Vary", "").lower(), path
            assert "Set-Cookie" not in answer.headers, path


PUBLIC = {"pages.home", "pages.parole", "pages.privacy", "pages.contact", "pages.accessibility", "pages.robots"}
PUBLIC |= {
    "pages.counting",
    "letters.show",
    "embed_letters.show",
    "abroad.show",
    "embed_abroad.show",
    "api.show_counts",
    "openapi.show",
    "badge.figures",
    "badge.picture",
    "builder.show",
    "card.show",
    "interface.show",
    "oembed.show",
} | SCRIPTS


def test_caches_keep_the_public_pages_alone_and_these_carry_no_token(
    app: Flask, visitor: Visitor, sign_in: SignIn
) -> None:
    for endpoint, path, answer in walk(app, visitor, sign_in):
        caching = answer.headers["Cache-Control"]
        if endpoint in PUBLIC:
            assert caching.startswith("public, "), path
            assert "form_token" not in answer.text
            assert "csrf_token" not in answer.text
            again = app.test_client().get(path, headers={"If-None-Match": answer.headers["ETag"]})
            assert (again.status_code, again.data) == (304, b""), path
            assert again.headers["Content-Security-Policy"] == answer.headers["Content-Security-Policy"]
        elif endpoint in ("static", "pages.favicon"):
            assert "max-age=3600" in caching, path
        else:
            assert caching == "no-store", path


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_only_what_is_the_same_for_everybody_is_compressed(
    app: Flask, visitor: Visitor, sign_in: SignIn, coding: str
) -> None:
    compressed = set()
    for endpoint, path, answer in walk(app, visitor, sign_in, coding):
        public = endpoint in PUBLIC or endpoint == "static"
        assert ("accept-encoding" in answer.headers.get("Vary", "").lower()) == public, path
        if "Content-Encoding" not in answer.headers:
            continue
        compressed.add(endpoint)
        assert answer.headers["Content-Encoding"] == coding
        plain = app.test_client().get(path)
        assert unpacked(answer) == plain.data, path
        assert len(answer.data) < len(plain.data)
        assert "_token" not in plain.text, path
        assert answer.headers["ETag"] != plain.headers["ETag"]
        known = {"Accept-Encoding": coding, "If-None-Match": answer.headers["ETag"]}
        again = app.test_client().get(path, headers=known)
        assert (again.status_code, again.data) == (304, b""), path
        assert again.headers["Vary"] == answer.headers["Vary"]
    assert compressed >= PUBLIC - {
        "pages.robots",
        "api.show_counts",
        "badge.figures",
    }  # which are too short to gain from it
    assert compressed <= PUBLIC | {"static"}


def test_no_page_made_from_what_somebody_sent_is_compressed(visitor: Visitor) -> None:
    visitor.client.environ_base["HTTP_ACCEPT_ENCODING"] = "br, gzip"
    for step in made_from_what_is_sent(visitor):
        step()
        assert visitor.response.headers["Cache-Control"] == "no-store"
        assert "Content-Encoding" not in visitor.response.headers
        assert "Vary" not in visitor.response.headers
    assert visitor.open("/parole").response.headers["Content-Encoding"] == "br"  # so it was asked for


def made_from_what_is_sent(visitor: Visitor) -> list[Callable[[], object]]:
    """The steps of a visitor who gets such pages, in order."""
    return [
        lambda: visitor.find("x"),
        lambda: visitor.find("10001"),
        visitor.find,
        lambda: visitor.press("Read my letters", **ANSWERS),
        lambda: visitor.press("Finish my letters", email="x"),
        lambda: visitor.post("/letters/protect-parole/write", {}),
        lambda: visitor.open("/no-such-page"),
    ]


def test_pages_made_from_what_somebody_sent_are_kept_nowhere(visitor: Visitor) -> None:
    for step in made_from_what_is_sent(visitor):
        step()
        assert visitor.response.headers["Cache-Control"] == "no-store"
        assert "ETag" not in visitor.response.headers


def test_what_a_get_has_in_its_body_is_on_no_public_page(visitor: Visitor) -> None:
    plain = visitor.open("/letters/protect-parole").response
    fat = visitor.open(
        "/letters/protect-parole", data={"story-tie": "planted", "zip": "04101", "body-ME-S1": "planted"}
    )
    assert (fat.response.text, fat.response.headers["ETag"]) == (plain.text, plain.headers["ETag"])


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:8000"},
    {"Origin": "https://localhost"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "nonsense"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_post_from_another_sites_page_is_refused_everywhere(
    app: Flask, visitor: Visitor, database: Database, headers: dict[str, str]
) -> None:
    path, data = visitor.write().filled("Finish my letters")
    visitor.post(path, data)
    before = rows(database)
    kit = visitor.path.removeprefix("/kit/")
    addresses = [address for _, address in routes(app, "POST", kit)]
    assert len(addresses) >= 10
    for address in addresses:
        answer = visitor.client.post(address, data=data, headers=headers)
        assert answer.status_code == 403, address
        assert "sent from another site" in answer.text
    assert rows(database) == before


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Origin": "http://localhost"},
        {"Origin": "http://127.0.0.1:8000"},
    ],
    ids=str,
)
def test_a_post_of_our_own_pages_is_taken(visitor: Visitor, headers: dict[str, str]) -> None:
    path, data = visitor.open("/letters/protect-parole").filled("Find my offices", zip="04101")
    assert visitor.post(path, data, headers=headers).heading == "In your own words"


def test_an_https_site_asks_browsers_to_stay_with_https(make_app: MakeApp) -> None:
    client: FlaskClient = make_app(public_url="https://act.example").test_client()
    for path in ("/", "/no-such-page", "/static/site.css", "/embed/letters/protect-parole", "/organize/"):
        answer = client.get(path, buffered=True)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000", path
