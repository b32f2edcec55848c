"""One release takes another's place while visitors come and go: none of them notices, and nothing of theirs is lost."""

from __future__ import annotations

import importlib
import io
import json
import re
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select

from campaign import migrations
from campaign.config import ROOT
from campaign.database import Database
from campaign.models import Click
from tests.census import Census, found, match, send_json
from tests.census import serve as serve_census
from tests.serving import Server, descendants, runs, serving, wait_until

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")

GENTLE = re.compile(
    r"CREATE TABLE |CREATE INDEX |ALTER TABLE \w+ ADD COLUMN \w+ (?:(?!NOT NULL).)*$|"
    r"ALTER TABLE \w+ ADD COLUMN \w+ .* DEFAULT ",
    re.DOTALL,
)
"""What a release that knows nothing of it can work with: another table, another index that forbids nothing, another
column that may be left out."""

FIRST_GENTLE = "0021"
"""Before it, nobody had a site to keep up."""


def harsh(upgrade: Callable[[], None]) -> list[str]:
    """The statements of a migration that an earlier release could not work with."""
    written = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": written, "literal_binds": True}
    )
    with Operations.context(context):
        upgrade()
    statements = [one.strip() for one in written.getvalue().split(";\n") if one.strip()]
    assert statements
    return [one for one in statements if not GENTLE.match(one)]


def test_migrations_of_one_hundred_only_add() -> None:
    folder = Path(migrations.__file__).parent / "versions"
    for path in sorted(folder.glob("[0-9]*_*.py")):
        if path.name >= FIRST_GENTLE and not path.name.startswith(f"{migrations.hundred(path.name[:4])}00"):
            module = importlib.import_module(f"campaign.migrations.versions.{path.stem}")
            assert harsh(module.upgrade) == [], path.name


@pytest.mark.parametrize(
    ("do", "is_harsh"),
    [
        (lambda op: op.add_column("messages", sa.Column("more", sa.String(20))), False),
        (lambda op: op.add_column("messages", sa.Column("n", sa.Integer, nullable=False, server_default="0")), False),
        (lambda op: op.add_column("messages", sa.Column("n", sa.Integer, nullable=False)), True),
        (lambda op: op.create_table("more", sa.Column("id", sa.Integer, primary_key=True)), False),
        (lambda op: op.create_index("ix_more", "messages", ["letter"]), False),
        (lambda op: op.create_index("ux_more", "messages", ["letter"], unique=True), True),
        (lambda op: op.drop_column("messages", "letter"), True),
        (lambda op: op.drop_table("messages"), True),
        (lambda op: op.alter_column("messages", "letter", new_column_name="slug"), True),
        (lambda op: op.alter_column("messages", "partner", nullable=False), True),
        (lambda op: op.rename_table("messages", "letters"), True),
        (lambda op: op.create_check_constraint("more", "messages", "day > '2026-01-01'"), True),
    ],
)
def test_what_does_more_than_add_is_found(do: Callable[[object], None], is_harsh: bool) -> None:
    from alembic import op

    assert bool(harsh(lambda: do(op))) == is_harsh


SLOW_SECONDS = 4.0
"""How long the Census Bureau takes, to have a request under way at the wrong moment."""


@pytest.fixture
def slow_census() -> Iterator[Census]:
    with serve_census() as census:
        answer = send_json(found(match("4801")))

        def late(handler: object) -> None:
            time.sleep(SLOW_SECONDS)
            answer(handler)  # type: ignore[arg-type]

        census.reply = late
        yield census


@contextmanager
def asking_slowly(server: Server, census: Census) -> Iterator[list[tuple[int, str]]]:
    """A look-up that is under way all the while; its status and source are there afterwards."""
    told: list[tuple[int, str]] = []

    def ask() -> None:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
        body = json.dumps({"zip": "78701", "street": "1100 Congress Avenue", "city": "Austin"})
        connection.request("POST", "/api/v1/lookup", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        told.append((answer.status, json.loads(answer.read())["source"]))
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    wait_until(lambda: bool(census.asked), "the look-up to be under way")
    try:
        yield told
    finally:
        thread.join()


def test_what_is_under_way_is_answered_before_it_ends(tmp_path: Path, slow_census: Census) -> None:
    with serving(tmp_path, census_url=slow_census.url) as server:
        with asking_slowly(server, slow_census) as told:
            assert server.stop(signal.SIGTERM) == 0
        assert told == [(200, "census")]
        assert server.status("/healthz") == 0


def a_release(folder: Path) -> Path:
    """A copy of all that runs, to be changed while it does."""
    for name in ("campaign", "templates", "letters", "static"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "wsgi.py", folder)
    return folder


NEXT = '''"""One more column, and one more table."""

import sqlalchemy as sa
from alembic import op

revision = "{number}"
down_revision = "{head}"


def upgrade() -> None:
    op.add_column("clicks", sa.Column("more", sa.String(length=16), nullable=False, server_default="none"))
    op.create_table("more", sa.Column("id", sa.Integer(), primary_key=True))
'''


def put_the_next_release(root: Path) -> str:
    """Change the code on the disk as a later release would. Returns the number of its migration."""
    head = max(migrations.REVISIONS)
    number = f"{int(head) + 1:04}"
    (root / f"campaign/migrations/versions/{number}_more.py").write_text(NEXT.format(number=number, head=head))
    ops = root / "campaign/web/ops.py"
    ops.write_text(ops.read_text().replace('status="alive"', 'status="alive and later"'))
    return number


@contextmanager
def visiting(server: Server, *paths: str) -> Iterator[Counter[tuple[str, int]]]:
    """Visitors who go on asking for each of these; how often each status was given."""
    answers: Counter[tuple[str, int]] = Counter()
    over = threading.Event()

    def visit(path: str) -> None:
        while not over.wait(0.03):
            answers[path, server.status(path)] += 1

    threads = [threading.Thread(target=visit, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        over.set()
        for thread in threads:
            thread.join()


def workers(server: Server) -> list[int]:
    """The ids of the processes that answer requests: what the web server, a child of the whole, has started."""
    inner = [pid for child in descendants(server.process.pid) for pid in descendants(child)]
    return [pid for pid in inner if "granian" in Path(f"/proc/{pid}/cmdline").read_text()]


@pytest.mark.sqlite
def test_the_next_release_takes_over_and_nobody_notices(tmp_path: Path, slow_census: Census) -> None:
    root, data = a_release(tmp_path / "release"), tmp_path / "data"
    data.mkdir()
    with serving(data, root=root, census_url=slow_census.url) as server:
        first = workers(server)
        assert len(first) == 1
        with visiting(server, "/letters/protect-parole", "/donate/give", "/readyz") as answers:
            number = put_the_next_release(root)
            with asking_slowly(server, slow_census) as told:
                server.process.send_signal(signal.SIGUSR1)
                wait_until(lambda: "later" in server.read("/healthz"), "the next release to answer")
            wait_until(lambda: '"reloaded"' in server.output.read_text(), "the worker to be another")
            wait_until(lambda: not any(runs(pid) for pid in first), "the first to end")
            before = answers.total()
            wait_until(lambda: answers.total() > before + 50, "more visitors")
        assert told == [(200, "census")]
        assert set(answers) == {("/letters/protect-parole", 200), ("/donate/give", 303), ("/readyz", 200)}
        assert server.stop(signal.SIGTERM) == 0
    database = Database(f"sqlite:///{data / 'lifeline.db'}")
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Click)) == answers["/donate/give", 303]
        assert session.scalar(sa.text("SELECT version_num FROM alembic_version")) == number
    assert migrations.serves(database)
    database.close()


def test_what_does_not_start_takes_nobodys_place(tmp_path: Path) -> None:
    root, data = a_release(tmp_path / "release"), tmp_path / "data"
    data.mkdir()
    with serving(data, root=root) as server:
        (root / "campaign/web/ops.py").write_text("import nothing_that_there_is\n")
        server.process.send_signal(signal.SIGUSR1)
        wait_until(lambda: "not reloaded" in server.output.read_text(), "it to be refused")
        assert server.status("/healthz") == 200
