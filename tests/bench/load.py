"""Requests over many connections at once, from a process of its own.

`python -m tests.bench.load PORT CONNECTIONS FILE PACE SECONDS` sends what stands in the file: each line a request in
base64. It prints one JSON object: seconds, the latency of each answer in milliseconds, and how often each status was
given.
"""

from __future__ import annotations

import base64
import json
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from campaign.config import ROOT

Sending = subprocess.Popen[str]
"""The process that sends."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it."""

    seconds: float
    milliseconds: list[float]
    """How long each answer took, the shortest first."""
    statuses: dict[str, int]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.milliseconds) / self.seconds

    def percentile(self, percent: float) -> float:
        """Milliseconds within which so many of a hundred answers came."""
        return self.milliseconds[min(int(len(self.milliseconds) * percent / 100), len(self.milliseconds) - 1)]


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """A request as it goes over the wire, by a browser through one proxy."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Sec-Fetch-Site: same-origin"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def start(
    port: int, requests: Iterable[bytes], connections: int, *, pace: float = 0.0, seconds: float = 0.0
) -> Sending:
    """Begin to send requests, each once.

    Args:
        pace: the seconds between the beginnings of two, or as little as can be.
        seconds: for how long they are sent over and over instead.
    """
    with tempfile.NamedTemporaryFile("wb", suffix=".requests", delete=False) as file:
        file.writelines(base64.b64encode(one) + b"\n" for one in requests)
    command = [sys.executable, "-m", "tests.bench.load", str(port), str(connections), file.name]
    command += [str(pace), str(seconds)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def finish(process: Sending) -> Load:
    """Wait for the answers."""
    told, _ = process.communicate()
    if process.returncode:
        raise RuntimeError("the load could not be sent")
    return Load(**json.loads(told))


def send(port: int, requests: Iterable[bytes], connections: int = 32) -> Load:
    """Send requests, and wait for the answers."""
    return finish(start(port, requests, connections))


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.begun = 0.0
        self.got = b""
        self.missing: int | None = None

    def send(self, data: bytes) -> None:
        self.got, self.missing, self.begun = b"", None, time.perf_counter()
        self.socket.sendall(data)

    def receive(self) -> str | None:
        """The status, once the whole answer is here."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise ConnectionError("the server has hung up")
        self.got += part
        if self.missing is None and b"\r\n\r\n" in self.got:
            head, _, _body = self.got.partition(b"\r\n\r\n")
            lengths = [line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            self.missing = len(head) + 4 + (int(lengths[0]) if lengths else 0)
        if self.missing is None or len(self.got) < self.missing:
            return None
        return self.got[9:12].decode()


def main(port: int, connections: int, file: Path, pace: float, seconds: float) -> None:
    """Send, and print what came of it."""
    waiting = deque(base64.b64decode(line) for line in file.read_bytes().splitlines())
    file.unlink()
    selector = selectors.DefaultSelector()
    idle = deque(_Connection(port) for _ in range(connections if seconds else min(connections, len(waiting))))
    for connection in idle:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    milliseconds: list[float] = []
    statuses: Counter[str] = Counter()
    begun = due = time.perf_counter()
    under_way = 0
    while waiting or under_way:
        if seconds and time.perf_counter() >= begun + seconds:
            waiting.clear()
        while waiting and idle and time.perf_counter() >= due:
            idle.popleft().send(waiting[0])
            waiting.rotate(-1) if seconds else waiting.popleft()
            under_way += 1
            due += pace
        for key, _ in selector.select(max(0.0, due - time.perf_counter()) if waiting and idle else None):
            connection = key.data
            if status := connection.receive():
                milliseconds.append((time.perf_counter() - connection.begun) * 1e3)
                statuses[status] += 1
                under_way -= 1
                idle.append(connection)
    took = time.perf_counter() - begun
    print(json.dumps({"seconds": took, "milliseconds": sorted(milliseconds), "statuses": statuses}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5]))
