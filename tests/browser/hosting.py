"""Other people's sites, with whatever pages a test writes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Host:
    """A running site; its pages may change while it runs."""

    origin: str
    pages: dict[str, str] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)

    def page(self, path: str, body: str, **headers: str) -> str:
        """Put up a page; gives its address."""
        self.pages[path] = f'<!doctype html><html lang="es"><title>Host</title><link rel="icon" href="data:,">{body}'
        self.headers[path] = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.origin + path


@contextmanager
def hosting(address: str) -> Iterator[Host]:
    """A site at an address of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            body = host.pages.get(path, "").encode()
            self.send_response(200 if path in host.pages else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            for name, value in host.headers.get(path, {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer((address, 0), Handler) as server:
        host = Host(f"http://{address}:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield host
        server.shutdown()
        thread.join()
