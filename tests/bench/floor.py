"""The least that Flask can do: what the site's own pages are measured beside, served in the same way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

from flask import Flask, jsonify, render_template_string
from flask.typing import ResponseReturnValue

from campaign.config import ROOT
from campaign.serve import THREADS
from tests.serving import free_port, wait_until

app = Flask(__name__)

BARE = "<!doctype html><title>{{ title }}</title>{% for line in lines %}<p>{{ line }}</p>{% endfor %}"
LINE = "Humanitarian parole lets people come lawfully, and it can be given back to them by a law. " * 2


@app.get("/empty")
def empty() -> ResponseReturnValue:
    return jsonify(status="alive")


@app.get("/page/<int:size>")
def page(size: int) -> ResponseReturnValue:
    """A bare page of about so many bytes."""
    return render_template_string(BARE, title="A page", lines=[LINE] * max(1, size // (len(LINE) + 7)))


CACHED = b'{"letters": 1000, "pledges": 100}' * 10


@app.get("/cached")
def cached() -> ResponseReturnValue:
    return app.response_class(CACHED, mimetype="application/json")


@contextmanager
def serving_bare() -> Iterator[int]:
    """The port of the bare application, served as the site is."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "tests.bench.floor:app", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "error"]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_until(lambda: _answers(port), "the bare application")
        yield port
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/empty")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
