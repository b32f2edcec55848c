"""A stand-in for the Census Bureau's geocoder on loopback: its replies, and what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from campaign.congress.tables import TABLES
from campaign.congress.terms import Terms

TERMS = Terms.load(Path("nowhere"), TABLES)
"""The Congresses as they stand in the table that comes with the project."""

Reply = Callable[[BaseHTTPRequestHandler], None]


def match(
    *districts: object,
    state: str = "TX",
    zip_code: object = "78701",
    layer: str = "119th Congressional Districts",
    session: object = "119",
) -> dict[str, Any]:
    """One match as the geocoder gives it, in the districts with these GEOIDs."""
    return {
        "addressComponents": {"state": state, "zip": zip_code},
        "geographies": {layer: [{"GEOID": geoid, "CDSESSN": session} for geoid in districts]},
    }


def found(*matches: dict[str, Any]) -> dict[str, Any]:
    """A whole reply."""
    return {"result": {"input": {}, "addressMatches": list(matches)}}


def send(body: bytes, status: int = 200, **headers: str) -> Reply:
    """A reply with this body."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def send_json(document: object, status: int = 200) -> Reply:
    """A reply with this document."""
    return send(json.dumps(document).encode(), status)


@dataclass
class Census:
    """What the stand-in was asked, and what it will answer."""

    url: str
    reply: Reply
    closing: threading.Event
    paths: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def serve() -> Iterator[Census]:
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
