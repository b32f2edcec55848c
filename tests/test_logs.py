"""Logs are JSON lines on standard error, and no library's chatter puts an address there."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from campaign.config import ROOT


def run(script: str) -> list[dict[str, Any]]:
    """What a process logs to standard error; nothing goes to standard output."""
    done = subprocess.run(
        [sys.executable, "-c", f"import logging\nfrom campaign import logs\nlogs.configure()\n{script}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_a_line_says_when_how_grave_by_whom_and_what() -> None:
    (line,) = run("logging.getLogger('campaign.tasks').info('task done', extra={'task': 'purge_texts', 'rows': 3})")
    assert line.pop("timestamp").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "logger": "campaign.tasks",
        "message": "task done",
        "task": "purge_texts",
        "rows": 3,
    }


def test_a_text_with_line_breaks_is_one_line_and_cannot_pose_as_another() -> None:
    forged = r"sent\n{\"level\": \"ERROR\", \"message\": \"forged\"}\r\u2028"
    (line,) = run(f"logging.getLogger('campaign').warning('{forged}')")
    assert line["level"] == "WARNING"
    assert line["message"].startswith("sent\n{")


FAILING = """
try:
    try:
        int("Ana Reyes")
    except ValueError as error:
        raise KeyError("ana@example.org") from error
except KeyError:
    logging.getLogger("campaign").exception("failed")
"""


def test_an_exception_is_part_of_its_line_without_what_it_says() -> None:
    (line,) = run(FAILING)
    assert line["message"] == "failed"
    assert line["exc_info"] == [
        {"error": "KeyError", "trace": ["<string>:9 <module>"]},
        {"error": "ValueError", "trace": ["<string>:7 <module>"]},
    ]


@pytest.mark.parametrize(
    ("logger", "level", "heard"),
    [
        ("campaign", "info", True),
        ("campaign", "debug", False),
        ("urllib3.connectionpool", "debug", False),
        ("urllib3.connectionpool", "info", False),
        ("urllib3.connectionpool", "warning", False),
        ("urllib3.connectionpool", "error", True),
        ("requests", "info", False),
        ("alembic.runtime.migration", "info", False),
        ("granian", "info", False),
        ("granian", "warning", True),
    ],
)
def test_libraries_are_heard_only_when_something_is_wrong(logger: str, level: str, heard: bool) -> None:
    assert len(run(f"logging.getLogger({logger!r}).{level}('heard')")) == heard


LOOK_UP = """
import socket, threading, requests

with socket.create_server(("127.0.0.1", 0)) as server:
    def answer():
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nnot a header\\r\\n\\r\\nok")
    thread = threading.Thread(target=answer)
    thread.start()
    session = requests.Session()
    session.trust_env = False
    port = server.getsockname()[1]
    try:
        session.get(f"http://127.0.0.1:{port}/look-up", params={"street": "12 Congress Street"}, timeout=10)
    except requests.RequestException:
        pass
    thread.join()
"""


def test_a_look_up_that_is_answered_badly_leaves_no_address_in_the_logs() -> None:
    assert run(LOOK_UP) == []
