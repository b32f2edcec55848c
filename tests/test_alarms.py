"""A Sentry server is told of errors, of no person, and is waited for by nobody."""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import brotli
import pytest

from campaign.config import ROOT
from tests.serving import environment, free_port, wait_until


@dataclass
class Sentry:
    """What the stand-in was sent."""

    dsn: str
    bodies: list[bytes] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body.splitlines()[2]) for body in self.bodies]


@pytest.fixture
def sentry() -> Iterator[Sentry]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            unpack = {"gzip": gzip.decompress, "br": brotli.decompress}.get(self.headers["Content-Encoding"], bytes)
            stand_in.bodies.append(unpack(body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_request(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        stand_in = Sentry(f"http://0123456789abcdef@127.0.0.1:{server.server_port}/7")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield stand_in
        server.shutdown()
        thread.join()


FAILING = """
from campaign import config
from campaign.app import create_app
from campaign.cli.opening import open_database

open_database(config.load()).close()
app = create_app()

def fail():
    name = "Ana Reyes of Portland"
    try:
        int(name)
    except ValueError as error:
        raise RuntimeError(f"nothing is known of {name}") from error

app.view_functions["pages.contact"] = fail
client = app.test_client()
answer = client.get("/contact?name=Ana+Reyes", headers={"User-Agent": "Ana's", "Cookie": "ana=reyes"})
print(answer.status_code, answer.headers["X-Request-ID"])
"""


def fail(data_dir: Path, dsn: str) -> tuple[str, str, list[dict[str, Any]]]:
    """Let a page fail; returns its status, the request's id, and what stands in the log."""
    done = subprocess.run(
        [sys.executable, "-c", FAILING],
        cwd=ROOT,
        env=environment(data_dir, sentry_dsn=dsn),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    status, request = done.stdout.split()
    return status, request, [json.loads(line) for line in done.stderr.splitlines()]


def test_an_error_is_told_with_its_place_and_without_anybody(tmp_path: Path, sentry: Sentry) -> None:
    status, request, lines = fail(tmp_path, sentry.dsn)
    assert status == "500"
    wait_until(lambda: bool(sentry.bodies), "the error to be told")
    (event,) = sentry.events
    assert (event["level"], event["logger"]) == ("error", "campaign.web.errors")
    assert event["logentry"]["message"] == "page failed"
    assert event["tags"] == {"request": request}
    assert event["extra"]["route"] == "pages.contact"
    first, last = event["exception"]["values"]
    assert (first["type"], last["type"]) == ("ValueError", "RuntimeError")
    assert last["stacktrace"]["frames"][-1]["function"] == "fail"
    told = json.dumps(lines) + b"".join(sentry.bodies).decode()
    for word in ("Ana", "Reyes", "ana=reyes", "nothing is known", os.uname().nodename):
        assert word not in told
    (line,) = (line for line in lines if line["message"] == "page failed")
    assert [error["error"] for error in line["exc_info"]] == ["RuntimeError", "ValueError"]


@pytest.mark.parametrize("away", ["nobody listens", "silent"])
def test_nobody_waits_for_a_server_that_is_away(tmp_path: Path, away: str) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1] if away == "silent" else free_port()
        status, _, lines = fail(tmp_path, f"http://0123456789abcdef@127.0.0.1:{port}/7")
    assert status == "500"
    assert [line["message"] for line in lines if line["level"] == "ERROR"] == ["page failed"]


def test_without_the_setting_it_is_not_even_loaded(tmp_path: Path) -> None:
    script = "import sys; from campaign.app import create_app; create_app(); print('sentry_sdk' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
