"""The files of `static/`: their names, how long they are kept, and how small they come."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from campaign.config import ROOT
from campaign.web import assets
from campaign.web.view import asset
from tests.web.visitor import unpacked

CSS = (ROOT / "static" / "site.css").read_bytes()
IMMUTABLE = "public, max-age=31536000, immutable"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def named(app: Flask, name: str) -> str:
    """A file's address as pages name it."""
    with app.test_request_context():
        return asset(name)


def get(client: FlaskClient, path: str, accept: str = "", method: str = "GET", **headers: str) -> TestResponse:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.open(path, method=method, headers=sent | {"Accept-Encoding": accept}, buffered=True)


@pytest.mark.parametrize(
    ("name", "mimetype", "compressed"),
    [
        ("site.css", "text/css", True),
        ("room.css", "text/css", True),
        ("site.js", "text/javascript", True),
        ("meter.js", "text/javascript", True),
        ("favicon.svg", "image/svg+xml", True),
        ("og.png", "image/png", False),
        ("favicon.ico", "image/vnd.microsoft.icon", False),
    ],
)
def test_a_file_is_named_by_its_content_and_kept_for_good(
    app: Flask, client: FlaskClient, name: str, mimetype: str, compressed: bool
) -> None:
    content = (ROOT / "static" / name).read_bytes()
    sizes = {}
    for accept in ("", "gzip", "gzip, deflate, br, zstd"):
        answer = get(client, named(app, name), accept)
        assert (answer.status_code, answer.mimetype) == (200, mimetype)
        assert answer.headers["Cache-Control"] == IMMUTABLE
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert ("Vary" in answer.headers) == compressed
        assert answer.content_length == len(answer.data)
        assert unpacked(answer) == content
        sizes[answer.headers["ETag"]] = len(answer.data)
    assert len(sizes) == (3 if compressed else 1)  # one ETag for each of what is different
    assert sorted(sizes.values(), reverse=True) == list(sizes.values())


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("", None),
        ("br", "br"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("deflate, zstd", None),
        ("gzip;q=1, br;q=0.5", "gzip"),
        ("gzip;q=0.5, br;q=0.5", "br"),
        ("br;q=0, gzip;q=0.1", "gzip"),
        ("br;q=0, *", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("br;q=0, gzip;q=0", None),
        ("br;q=0.5, identity", None),
        ("br;q=0.5, identity;q=0.2", "br"),
        ("identity;q=0", None),
        ("browse, gzippy", None),
        ("br;q=nonsense, ;;,,=", None),
    ],
)
def test_a_client_gets_the_coding_that_it_likes_best(
    app: Flask, client: FlaskClient, accept: str, coding: str | None
) -> None:
    for path in (named(app, "site.css"), "/static/site.css", "/"):
        answer = get(client, path, accept)
        assert answer.headers.get("Content-Encoding") == coding, path
        assert answer.headers["Vary"] == "Accept-Encoding"


def test_the_plain_name_is_asked_for_again_after_an_hour(client: FlaskClient) -> None:
    for path in ("/static/site.css", "/static/og.png", "/static/readme.png", "/favicon.ico"):
        answer = get(client, path, "br")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=3600"), path


@pytest.mark.parametrize(
    "name",
    [
        "site.0123456789.css",
        "site.0123456789.js",
        "none.0123456789.css",
        "site.css.css",
        ".css",
        "",
        ".",
        "../campaign/app.py",
        "../static/site.css%00",
        "%00.css",
        "x" * 5_000 + ".css",
        "site.css/x.css",
    ],
)
def test_another_name_is_not_found_and_not_kept(client: FlaskClient, name: str) -> None:
    answer = get(client, f"/static/{name}", "br")
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
    assert "There is no page at this address." in answer.text


@pytest.mark.parametrize("accept", ["", "gzip", "br"])
def test_a_file_that_is_known_is_not_sent_again(app: Flask, client: FlaskClient, accept: str) -> None:
    path = named(app, "site.css")
    first = get(client, path, accept)
    again = get(client, path, accept, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    for header in ("ETag", "Cache-Control", "Vary"):
        assert again.headers[header] == first.headers[header]
    assert "Content-Encoding" not in again.headers
    other = get(client, path, "gzip" if accept == "br" else "br", If_None_Match=first.headers["ETag"])
    assert (other.status_code, unpacked(other)) == (200, CSS)


@pytest.mark.parametrize("accept", ["", "gzip", "br"])
def test_head_says_what_get_would(app: Flask, client: FlaskClient, accept: str) -> None:
    for path in (named(app, "site.css"), "/parole"):
        whole, head = get(client, path, accept), get(client, path, accept, "HEAD")
        assert len({answer.headers.pop("X-Request-ID") for answer in (whole, head)}) == 2
        assert (head.status_code, head.data, dict(head.headers)) == (200, b"", dict(whole.headers))


@pytest.mark.parametrize("accept", ["", "gzip", "br"])
def test_a_part_is_a_part_of_what_would_be_sent_whole(app: Flask, client: FlaskClient, accept: str) -> None:
    path = named(app, "site.css")
    whole = get(client, path, accept)
    part = get(client, path, accept, Range="bytes=100-299")
    assert (part.status_code, part.data) == (206, whole.data[100:300])
    assert part.headers["Content-Range"] == f"bytes 100-299/{len(whole.data)}"
    assert part.headers.get("Content-Encoding") == whole.headers.get("Content-Encoding")
    rest = get(client, path, accept, Range="bytes=300-", If_Range=whole.headers["ETag"])
    assert (rest.status_code, rest.data) == (206, whole.data[300:])
    other = get(client, path, accept, Range="bytes=300-", If_Range='"other"')
    assert (other.status_code, other.data) == (200, whole.data)
    beyond = get(client, path, accept, Range="bytes=99999-")
    assert (beyond.status_code, beyond.headers["Cache-Control"]) == (416, "no-store")


def test_a_file_that_changes_gets_another_address_at_once(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    app.static_folder = str(shutil.copytree(ROOT / "static", tmp_path / "static"))
    file = tmp_path / "static" / "site.css"
    addresses = []
    for content in (b"a { color: red }", b"a { color: tan }"):
        file.write_bytes(content)
        os.utime(file, ns=(len(addresses) + 1, len(addresses) + 1))  # however fast this is
        addresses.append(named(app, "site.css"))
        assert get(client, addresses[-1]).data == content
        assert addresses[-1] in client.get("/").text
    assert get(client, addresses[0]).status_code == 404
    with pytest.raises(FileNotFoundError):
        named(app, "none.css")


def test_the_rules_of_the_organizers_room_weigh_on_no_supporters_page(app: Flask, client: FlaskClient) -> None:
    room = named(app, "room.css")
    for path in ("/", "/letters/protect-parole", "/embed/letters/protect-parole", "/pledge", "/no-such-page"):
        assert room not in client.get(path).text, path
    assert room in client.get("/about/counting").text  # which has tables


def test_one_file_is_answered_with_under_an_address_of_its_own(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Encoding": "br"}):
        answer = assets.respond("site.js", 3_600)
        assert answer.headers["Cache-Control"] == "public, max-age=3600"
        assert answer.headers["Content-Encoding"] == "br"
        assert assets.respond("site.js", 60, immutable=True).headers["Cache-Control"] == "public, max-age=60, immutable"
