"""The Census Bureau's stand-in as a server, and the tables that come with the project."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from campaign.config import Settings
from campaign.congress import Congress
from campaign.congress.geocoder import Geocoder

from .census import Census, found, send_json


@pytest.fixture
def census() -> Iterator[Census]:
    """A real server on loopback; it finds no address until a test gives it another reply."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            stand_in.paths.append(parts.path)
            stand_in.asked.append({name: values[0] for name, values in parse_qs(parts.query).items()})
            self.close_connection = True
            stand_in.reply(self)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        url = f"http://127.0.0.1:{server.server_port}/geocoder/"
        stand_in = Census(url, send_json(found()), threading.Event())
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield stand_in
        stand_in.closing.set()
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def shipped() -> Congress:
    """Congress from the project's own tables, without a geocoder that anything could reach."""
    return replace(Congress.load(Settings()), geocoder=Geocoder("http://127.0.0.1:9/"))


@pytest.fixture
def congress(shipped: Congress, census: Census) -> Congress:
    """Congress from the project's own tables, and the stand-in as its geocoder."""
    return replace(shipped, geocoder=Geocoder(census.url))
