"""No address that a visitor names is ever asked for anything."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.web.visitor import ANSWERS, Visitor


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """Somebody who would hear it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def heard(server: socket.socket) -> bool:
    try:
        server.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@pytest.fixture
def url(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}/letters/protect-parole"


def test_whoever_listens_would_hear_it(listening: socket.socket) -> None:
    socket.create_connection(listening.getsockname()).close()
    assert heard(listening)


@pytest.mark.parametrize(
    "path",
    ["/oembed?url={}", "/donate/give?ref={}&p={}&letter={}", "/?p={}", "/?ref={}&utm_source={}", "/partner?site={}"],
)
def test_no_query_is_followed(app: Flask, listening: socket.socket, url: str, path: str) -> None:
    headers = {"Referer": url, "Origin": url, "Host": url.split("/")[2], "X-Forwarded-Host": url.split("/")[2]}
    app.test_client().get(path.replace("{}", url), headers=headers)
    assert not heard(listening)


def test_nothing_that_is_written_is_followed(visitor: Visitor, listening: socket.socket, url: str) -> None:
    words = {"story__tie": f'<img src="{url}"> {url}', "name": f"Ana {url}", "street": url, "city": url}
    visitor.find().press("Read my letters", **{**ANSWERS, **words})
    visitor.press("Finish my letters", body__ME__S1=f'<script src="{url}"></script> #image("{url}")')
    assert visitor.heading == "Your letters are ready"
    visitor.client.post("/api/v1/lookup", json={"zip": "04101", "street": url, "city": url})
    for path in ("/letters.pdf", "/ME-S1.pdf"):
        visitor.client.get(visitor.path + path)
    assert not heard(listening)
