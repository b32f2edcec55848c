"""What every test may ask for: settings, keys and a migrated database of its own. And no way off this machine."""

from __future__ import annotations

import gc
import ipaddress
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import pytest

from campaign import keys as campaign_keys
from campaign.config import EASTERN, Settings
from campaign.database import Database
from campaign.keys import Keys
from campaign.migrations import upgrade
from tests.postgres import empty, postgresql
from tests.redis import REDIS_URL, redis_answers

MEMORY = Path("/dev/shm")  # noqa: S108  (a folder of our own is made in it)
ROOM_BYTES = 4 * 1024**3
"""Free memory from which on the tests' files are kept there: they wait for no disk."""


def pytest_configure(config: pytest.Config) -> None:
    # Objects live here for one test or for all of them: looking for garbage as often as usual is a quarter of the time.
    gc.set_threshold(50_000, 20, 100)
    if config.option.basetemp or hasattr(config, "workerinput") or not MEMORY.is_dir():
        return
    if shutil.disk_usage(MEMORY).free >= ROOM_BYTES:
        config.option.basetemp = tempfile.mkdtemp(prefix="lifeline-tests-", dir=MEMORY)
        config.add_cleanup(lambda: shutil.rmtree(config.option.basetemp, ignore_errors=True))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are processors: many tests wait for clocks and for processes of their own."""
    return (os.cpu_count() or 1) + 1


NOON = datetime(2026, 11, 24, 12, tzinfo=EASTERN)
"""A Tuesday; the moment at which the calendar stands in every test that does not say otherwise."""


class LeftTheMachine(BaseException):
    """A test tried to reach something that is not on loopback.

    Not an Exception, so that code which takes any failure of a service for "unreachable" cannot hide it.
    """


def _refuse_to_leave(event: str, args: tuple[Any, ...]) -> None:
    """Heard before the interpreter connects, sends or resolves. It does not reach into processes that tests start."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        if args[0].family not in (socket.AF_INET, socket.AF_INET6) or not args[1]:
            return
        host = args[1][0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = args[0]
    else:
        return
    if not _on_this_machine(host):
        raise LeftTheMachine(f"a test tried to reach {host!r}; tests stay on loopback")


def _on_this_machine(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if not name or name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


sys.addaudithook(_refuse_to_leave)

# Without a deadline: how fast this machine is, is no property of the code.
hypothesis.settings.register_profile("suite", deadline=None, database=None)
hypothesis.settings.load_profile("suite")


@pytest.fixture
def now() -> datetime:
    """The wall clock's moment for whatever a test stores."""
    return NOON


UNLIMITED = "1000000/minute"
"""Tests do more in a minute than people do."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--shared",
        action="store_true",
        help="run what stores anything once more, on PostgreSQL and Redis, where every test has SQLite otherwise",
    )
    parser.addoption("--whole", action="store_true", help="try every hostile text everywhere, as `make soak` does")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--shared`, leave out what stores nothing, has both databases anyway, or is about files of SQLite's or
    about what is shown."""
    if not config.option.shared:
        return
    out = {"any_database", "postgresql_database", "migrated"}
    wanted = []
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        once = item.get_closest_marker("sqlite") or item.get_closest_marker("anywhere")
        if "database" in names and not names & out and not once:
            wanted.append(item)
    config.hook.pytest_deselected(items=[item for item in items if item not in set(wanted)])
    items[:] = wanted


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The defaults, with everything that is kept in a folder of the test's own; with `--shared`, on other servers."""
    url, redis_url = f"sqlite:///{tmp_path / 'lifeline.db'}", None
    if request.config.option.shared:
        server: Database | None = request.getfixturevalue("postgresql_server")
        if server is None or not redis_answers():
            absent("no PostgreSQL server or no Redis answers on this machine")
        url, redis_url = server.url.render_as_string(hide_password=False), REDIS_URL
        monkeypatch.setattr("tests.serving.ELSEWHERE", {"database_url": url, "redis_url": redis_url})
    return Settings(
        data_dir=tmp_path,
        database_url=url,
        redis_url=redis_url,
        today=NOON,
        network_limits=UNLIMITED,
        email_limits=UNLIMITED,
        program_limits=UNLIMITED,
        least_seconds=0,
    )


@pytest.fixture
def keys(settings: Settings) -> Keys:
    """Fresh keys, kept in the settings' folder."""
    return campaign_keys.load(settings)


def absent(what: str) -> NoReturn:
    """Skip a test that needs what is not there; where CI is set, fail it: there nothing may be left out."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}, and CI is set")
    pytest.skip(what)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database file with all tables, to be copied: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("database") / "migrated.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    database.close()
    return path


@pytest.fixture
def database(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Database]:
    """An empty, migrated database at the settings' address."""
    if request.config.option.shared:
        empty(request.getfixturevalue("postgresql_server"))
    else:
        shutil.copy(request.getfixturevalue("migrated"), settings.data_dir / "lifeline.db")
    database = Database(settings.database_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Database | None]:
    """A migrated database on a PostgreSQL server, if one answers."""
    with postgresql() as found:
        yield found


@pytest.fixture
def postgresql_database(postgresql_server: Database | None) -> Database:
    """The same, emptied."""
    if postgresql_server is None:
        absent("no PostgreSQL server answers on this machine")
    empty(postgresql_server)
    return postgresql_server


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest) -> Database:
    """An empty database of either kind."""
    found: Database = request.getfixturevalue("database" if request.param == "sqlite" else "postgresql_database")
    return found
