"""`campaign serve` as an operator runs it: a process tree that starts, mends itself and ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from campaign.serve import THREADS
from campaign.worker import NICE
from tests.serving import Server, campaign, descendants, environment, runs, serving, wait_until

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests that leave it as they found it."""
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


def test_a_taken_port_is_one_clear_line_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ended = campaign("serve", env=environment(tmp_path / "data", port=port))
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr == (
        f"campaign: Cannot listen on 127.0.0.1:{port}: Address already in use. Set CAMPAIGN_PORT to another port, "
        "or CAMPAIGN_HOST to an address of this machine.\n"
    )
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_stops_with_web_and_worker_while_16_visitors_keep_asking(tmp_path: Path, number: signal.Signals) -> None:
    answers: Counter[int] = Counter()
    over = threading.Event()

    with serving(tmp_path) as running:

        def visit() -> None:
            while not over.is_set():
                answers[running.status("/letters/protect-parole")] += 1

        visitors = [threading.Thread(target=visit) for _ in range(16)]
        for visitor in visitors:
            visitor.start()
        try:
            wait_until(lambda: answers[200] > 100, "a hundred answers")
            assert set(answers) == {200}
            assert len(descendants(running.process.pid)) >= 2
            assert running.stop(number) == 0
        finally:
            over.set()
            for visitor in visitors:
                visitor.join()
    assert "killed" not in running.output.read_text()


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_child_that_is_killed_is_started_again_and_leaves_nothing_behind(server: Server, name: str) -> None:
    child = _child(server, name)
    assert child, f"no {name} is running"
    family = descendants(child)
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: _child(server, name) not in (0, child), f"another {name}")
    wait_until(lambda: not any(runs(pid) for pid in family), "what it had started to end")
    server.wait_until_ready()
    lines = [json.loads(line) for line in server.output.read_text().splitlines() if line.startswith("{")]
    ended = [(line["child"], line["code"]) for line in lines if "child" in line]
    assert (name, -signal.SIGKILL) in ended


def test_the_worker_steps_back_behind_those_who_are_on_the_site(server: Server) -> None:
    def nice(name: str) -> int:
        return os.getpriority(os.PRIO_PROCESS, _child(server, name))

    wait_until(lambda: nice("worker") == nice("web") + NICE, "the worker to step back")
    weighed = Path(f"/proc/{_child(server, 'worker')}/autogroup")
    if weighed.exists() and weighed.read_text():
        assert weighed.read_text().endswith(f" nice {NICE}\n")


def test_it_answers_while_more_visitors_than_threads_never_finish_their_request(server: Server) -> None:
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(THREADS + 8)]
    try:
        for number, connection in enumerate(slow):
            head = b"POST /letters/protect-parole HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            connection.sendall(head + (b"Content-Length: 100\r\n\r\nzip=0" if number % 2 else b""))
        assert server.status("/letters/protect-parole") == 200
    finally:
        for connection in slow:
            connection.close()


def test_it_answers_while_the_geocoder_does_not(tmp_path: Path) -> None:
    with socket.socket() as silent:  # accepts, and never says a word
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        with serving(tmp_path, census_url=f"http://127.0.0.1:{silent.getsockname()[1]}/") as running:
            waiting = [_ask_by_street(running) for _ in range(8)]
            assert running.status("/") == 200
            for connection in waiting:
                connection.close()


def _ask_by_street(server: Server) -> HTTPConnection:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
    body = json.dumps({"zip": "10001", "street": "12 West 27th Street", "city": "New York"})
    connection.request("POST", "/api/v1/lookup", body, {"Content-Type": "application/json"})
    return connection


def _child(server: Server, name: str) -> int:
    """The id of the child of that name; 0 if it is not there."""
    word = {"web": "granian", "worker": "worker"}[name]
    for pid in descendants(server.process.pid):
        try:
            line = Path(f"/proc/{pid}/cmdline").read_text()
            parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == server.process.pid and word in line.split("\0"):
            return pid
    return 0
