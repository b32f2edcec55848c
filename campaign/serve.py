"""`campaign serve`: the web server and the worker as two child processes, started together and stopped together.

SIGUSR1 lets them go on with the code that is on the disk by then: a second web server begins to answer before the first
one ends, and that one answers what it was asked.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import time

from campaign.config import ROOT, Settings
from campaign.errors import Misconfigured

log = logging.getLogger(__name__)

THREADS = 80
"""Those that `web.admission` lets work, those that wait there, and some for what is quickly given. One process has them
all: SQLite has one writer, and what is kept in memory is then the same for everybody."""

GRACE_SECONDS = 14
"""How long requests may take that are under way: the longest wait for the Census Bureau, and some."""

HASTE_SECONDS = 5
"""The same for whoever presses Ctrl-C, or closes the terminal."""

WARM_SECONDS = 8
"""How long the new web server may take to begin, before the old one is told to end."""

RESTART_SECONDS = 1.0
TICK_SECONDS = 0.1


def commands(settings: Settings) -> dict[str, list[str]]:
    """The children: name → command line."""
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "wsgi:app"]
    web += ["--host", settings.host, "--port", str(settings.port)]
    web += ["--workers", "1", "--blocking-threads", str(THREADS), "--respawn-failed-workers"]
    # A worker busy under load has been seen to overlook its signal: it is ended for good after the grace.
    web += ["--workers-kill-timeout", str(GRACE_SECONDS - 2), "--respawn-interval", str(WARM_SECONDS)]
    web += ["--no-ws", "--log-level", "error"]
    return {"web": web, "worker": [sys.executable, "-m", "campaign.cli", "worker"]}


def check_port(settings: Settings) -> None:
    """Find out before anything starts whether the port is free.

    Raises:
        Misconfigured: it is not.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Misconfigured(
                f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. "
                "Set CAMPAIGN_PORT to another port, or CAMPAIGN_HOST to an address of this machine."
            ) from None


def serve(settings: Settings) -> None:
    """Run the children until SIGINT, SIGTERM or SIGHUP; start one that ends by itself again."""
    asked: list[int] = []  # not an Event: a signal may arrive while this very thread holds an Event's lock
    anew: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
            continue  # started with nohup, to outlive its terminal
        signal.signal(number, lambda number, _frame: asked.append(number))
    signal.signal(signal.SIGUSR1, lambda number, _frame: anew.append(number))
    lines = commands(settings)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, line in lines.items():
            children[name] = _start(line)
        log.info("serving", extra={"address": settings.public_url})
        while not asked:
            time.sleep(TICK_SECONDS)
            if anew:
                anew.clear()
                _reload(children, lines)
            for name, child in children.items():
                if child.poll() is None or asked:
                    continue
                log.error("process ended, starting it again", extra={"child": name, "code": child.returncode})
                _kill_group(child)  # what it had started itself would go on answering, and nobody could stop it
                time.sleep(RESTART_SECONDS)
                children[name] = _start(lines[name])
    finally:
        _end(list(children.values()), GRACE_SECONDS if signal.SIGTERM in asked else HASTE_SECONDS)
    log.info("stopped")


def _reload(children: dict[str, subprocess.Popen[bytes]], lines: dict[str, list[str]]) -> None:
    """Let the children go on with what is on the disk now, if it can be loaded; else all stays as it is."""
    for trial in (["-c", "import wsgi"], ["-m", "campaign.cli", "migrate"]):
        if subprocess.run([sys.executable, *trial], cwd=ROOT, check=False).returncode:  # noqa: S603
            log.error("not reloaded: what is on the disk does not start")
            return
    children["web"].send_signal(signal.SIGHUP)  # it starts another worker of its own, and then ends the first
    _end([children["worker"]], GRACE_SECONDS)
    children["worker"] = _start(lines["worker"])
    log.info("reloaded")


def _start(line: list[str]) -> subprocess.Popen[bytes]:
    # Started anew, never forked: after typst (delivery/pdf.py) was used in a process, a fork of it would hang.
    # A group of its own: Ctrl-C in a terminal reaches this process alone, which then ends the children in order.
    return subprocess.Popen(line, cwd=ROOT, start_new_session=True)  # noqa: S603  (our own command line)


def _end(children: list[subprocess.Popen[bytes]], grace: float) -> None:
    for child in children:
        child.terminate()
    deadline = time.monotonic() + grace
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("process did not stop in time and is killed", extra={"pid": child.pid})
        finally:
            _kill_group(child)


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)  # it and whatever it left behind
    child.wait()
