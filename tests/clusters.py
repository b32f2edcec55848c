"""PostgreSQL and Redis servers of a test's own, which it may kill and start again; run by somebody who is not root."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from tests.redis import redis_answers
from tests.serving import free_port, wait_until

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@cache
def _postgres() -> str | None:
    return shutil.which("postgres") or (str(BINARIES[-1] / "postgres") if BINARIES else None)


def can_run() -> bool:
    """Whether both are installed here, and there is a user for them."""
    return bool(_postgres() and shutil.which("redis-server")) and (os.geteuid() != 0 or _somebody() is not None)


def _somebody() -> str | None:
    """A user who is not root, where the test is root's."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    return None


def _as_somebody() -> dict[str, Any]:
    return {"user": _somebody(), "group": pwd.getpwnam(str(_somebody())).pw_gid} if os.geteuid() == 0 else {}


class Server(ABC):
    """One process, with a folder of its own that survives it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        if somebody := _as_somebody():
            shutil.chown(folder, somebody["user"])

    @abstractmethod
    def command(self) -> list[str]:
        """What starts it."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it can be used."""

    @property
    @abstractmethod
    def url(self) -> str:
        """Its address, as the site's settings have it."""

    def start(self) -> None:
        """Start it, and come back once it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, cwd=self.folder, start_new_session=True, **_as_somebody()
            )
        wait_until(self.answers, type(self).__name__)

    def kill(self) -> None:
        """End it as a power cut would, with all that it has started."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


class Postgres(Server):
    """A cluster with one empty database."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        initdb = str(Path(str(_postgres())).parent / "initdb")
        made = [initdb, "-D", str(folder / "data"), "-A", "trust", "-U", "lifeline", "--no-sync", "-E", "UTF8"]
        subprocess.run(made, check=True, capture_output=True, cwd=folder, **_as_somebody())

    def command(self) -> list[str]:
        options = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        return [
            str(_postgres()),
            *("-D", str(self.folder / "data")),
            *(f"-c{name}={value}" for name, value in options.items()),
        ]

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url.replace("+psycopg", ""), connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://lifeline@127.0.0.1:{self.port}/postgres"


class RedisServer(Server):
    """A server that keeps nothing on the disk."""

    def command(self) -> list[str]:
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]

    def answers(self) -> bool:
        return redis_answers(self.url)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


@contextmanager
def running(kind: type[Server]) -> Iterator[Any]:
    """A server that runs, and is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="lifeline-") as name:
        server = kind(Path(name))
        server.start()
        try:
            yield server
        finally:
            server.kill()
