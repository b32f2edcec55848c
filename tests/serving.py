"""The real `campaign` command in processes of its own, on loopback, with data of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from campaign import counting
from campaign.config import ROOT
from campaign.database import Database
from campaign.web.counts import KEPT_SECONDS

COMMAND = [sys.executable, "-m", "campaign.cli"]
PATIENCE_SECONDS = 30
"""A hang is an error; how long something takes below that is not looked at."""

NOBODY_LISTENS = "http://127.0.0.1:9/"


def free_port(host: str = "127.0.0.1") -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


ELSEWHERE: dict[str, str] = {}
"""Where commands store, if not in SQLite: settings, for as long as a test runs with `--shared`."""


def environment(data_dir: Path, /, **settings: object) -> dict[str, str]:
    """The surroundings of a command: the given settings, the internet out of reach, no setting of this shell's."""
    outer = {name: value for name, value in os.environ.items() if not name.startswith("CAMPAIGN_")}
    own = {"data_dir": data_dir, "census_url": NOBODY_LISTENS, "roster_url": NOBODY_LISTENS, "least_seconds": 0}
    own |= {"program_limits": "1000000/minute"}
    own |= ELSEWHERE | settings  # tests are faster than people
    return outer | {f"CAMPAIGN_{name.upper()}": str(value) for name, value in own.items()}


def campaign(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `campaign …` to its end."""
    return subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )


@dataclass(frozen=True, slots=True)
class Server:
    """A running `campaign serve`."""

    port: int
    env: dict[str, str]
    process: subprocess.Popen[bytes]
    output: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def status(self, path: str) -> int:
        """The status of a page; 0 if nobody answers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def read(self, path: str) -> str:
        """The text of a page."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def wait_until_ready(self) -> None:
        """Come back once it is able to work."""
        wait_until(lambda: self.process.poll() is not None or self.status("/readyz") == 200, "the server to be ready")
        assert self.process.poll() is None, self.output.read_text()

    def wait_until_counted(self) -> None:
        """Come back once the totals hold everything that is stored."""
        database = Database(f"sqlite:///{self.env['CAMPAIGN_DATA_DIR']}/lifeline.db")

        def caught_up() -> bool:
            with database.read() as session:
                return not counting.is_behind(session)

        try:
            wait_until(caught_up, "the counter")
        finally:
            database.close()

    def wait_until_shown(self) -> None:
        """Come back once the pages show everything that is stored."""
        self.wait_until_counted()
        time.sleep(KEPT_SECONDS)  # what the server may still have in memory

    def stop(self, number: int = signal.SIGINT) -> int:
        """Ask it to stop and return its exit status; no process of its may be left."""
        family = [self.process.pid, *descendants(self.process.pid)]
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE_SECONDS)
        left = [pid for pid in family if runs(pid)]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        assert not left, f"processes left: {left}\n{self.output.read_text()}"
        return status


@contextmanager
def serving(data_dir: Path, /, *, full_at_blocks: int = 0, root: Path = ROOT, **settings: object) -> Iterator[Server]:
    """`campaign serve`, ready. If it still runs at the end it is asked to stop, and has to.

    Args:
        root: where the code is that is run.
        full_at_blocks: kibibytes beyond which no file of its grows, as if the disk were full.
    """
    port = free_port()
    env = environment(data_dir, port=port, **settings)
    output = data_dir / "serve.log"
    narrow = ["bash", "-c", f'ulimit -f {full_at_blocks}; exec "$@"', "bash"] if full_at_blocks else []
    with output.open("wb") as log:
        process = subprocess.Popen(
            [*narrow, *COMMAND, "serve"],
            cwd=root,
            env=env,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(port, env, process, output)
    family: list[int] = []
    try:
        server.wait_until_ready()
        yield server
        family = descendants(process.pid)
        if process.poll() is None:
            assert server.stop() == 0, output.read_text()
    finally:
        for pid in [process.pid, *(family or descendants(process.pid))]:
            if runs(pid):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Come back once `holds()` is true; fail if it never is."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have; read from /proc."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name before the last parenthesis may hold anything.
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile
    found, look = [], [pid]
    while look:
        parent = look.pop()
        children = [child for child, its_parent in parents.items() if its_parent == parent]
        found += children
        look += children
    return found


def runs(pid: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
