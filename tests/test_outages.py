"""What others see while something that the site needs is away: the real site, with servers of the test's own."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from campaign.database import Database
from campaign.models import Message
from tests.clusters import Postgres, RedisServer, can_run, running
from tests.conftest import absent
from tests.serving import Server, serving, wait_until
from tests.web.visitor import fields_of

ANSWERS = {"role": "neighbor", "reasons": "safety", "name": "Ana Reyes", "street": "12 Congress Street"}
ANSWERS |= {"city": "Portland", "story-tie": "My neighbor teaches at our school."}


class Refused(Exception):
    """A page with a status that says no."""

    def __init__(self, status: int, text: str) -> None:
        self.status, self.text = status, text
        super().__init__(str(status))


def ask(url: str, fields: dict[str, str] | None = None) -> tuple[str, str]:
    """Where a page is in the end, and what it says.

    Raises:
        Refused: it says no.
    """
    headers = {"Sec-Fetch-Site": "same-origin"}
    answer = requests.request("GET" if fields is None else "POST", url, data=fields, headers=headers, timeout=30)
    if not answer.ok:
        raise Refused(answer.status_code, answer.text)
    return answer.url, answer.text


def fields(page: str) -> dict[str, str]:
    """What the fields of a page's own form hold."""
    form = next(form for form in BeautifulSoup(page, "html.parser").find_all("form") if form.find("textarea"))
    return dict(fields_of(form))


def written(site: Server) -> dict[str, str]:
    """Letters that are ready to be finished."""
    path = f"{site.url}/letters/protect-parole"
    page = ask(path, {"zip": "04101"})[1]
    page = ask(f"{path}/write", {**fields(page), **ANSWERS})[1]
    return {**fields(page), **ANSWERS}


def finish(site: Server, letters: dict[str, str]) -> str:
    """Finish letters; returns the address of the kit.

    Raises:
        Refused: they are not.
    """
    return ask(f"{site.url}/letters/protect-parole/finish", letters)[0]


def number(site: Server, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", site.read("/metrics"), re.MULTILINE)
    return float(found[1]) if found else 0.0


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    if not can_run():
        absent("PostgreSQL or Redis is not installed on this machine")
    with ExitStack() as stack:
        yield stack


def test_without_its_redis_the_site_goes_on_and_says_so(servers: ExitStack, tmp_path: Path) -> None:
    redis = servers.enter_context(running(RedisServer))
    with serving(tmp_path, redis_url=redis.url, network_limits="1/minute") as site:
        assert json.loads(site.read("/readyz")) == {"status": "ready", "redis": "answers"}
        assert "/kit/" in finish(site, written(site))
        with pytest.raises(Refused) as refused:
            finish(site, written(site))
        assert refused.value.status == 429
        redis.kill()
        letters = [written(site) for _ in range(3)]
        begun = time.monotonic()
        assert all("/kit/" in finish(site, one) for one in letters)
        assert time.monotonic() - begun < 10, "nobody waits for what is dead"
        assert json.loads(site.read("/readyz")) == {"status": "ready", "redis": "silent"}
        assert number(site, "lifeline_limits_not_kept_total") == 3
        redis.start()
        wait_until(lambda: json.loads(site.read("/readyz"))["redis"] == "answers", "Redis to be asked again")
        finish(site, written(site))
        with pytest.raises(Refused):
            finish(site, written(site))


def test_without_its_database_letters_stay_on_the_page_until_it_is_back(servers: ExitStack, tmp_path: Path) -> None:
    postgres = servers.enter_context(running(Postgres))
    with serving(tmp_path, database_url=postgres.url) as site:
        acknowledged = [finish(site, written(site))]
        letters = written(site)
        postgres.kill()
        with pytest.raises(Refused) as refused:
            finish(site, letters | {"body-ME-S1": "My own letter."})
        assert (refused.value.status, "nothing was stored" in refused.value.text) == (503, True)
        assert fields(refused.value.text)["body-ME-S1"] == "My own letter."
        assert site.status("/readyz") == 503
        assert (site.status("/healthz"), site.status("/parole"), site.status("/static/site.css")) == (200, 200, 200)
        postgres.start()
        site.wait_until_ready()
        acknowledged += [finish(site, letters | {"body-ME-S1": "My own letter."}), finish(site, written(site))]
        for kit in acknowledged:
            assert "Your letters are ready" in ask(kit)[1]
    stored = Database(postgres.url)
    with stored.read() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 3
    stored.close()


def test_two_processes_over_one_postgresql_and_one_redis_are_one_site(servers: ExitStack, tmp_path: Path) -> None:
    postgres, redis = servers.enter_context(running(Postgres)), servers.enter_context(running(RedisServer))
    shared = {"database_url": postgres.url, "redis_url": redis.url, "network_limits": "2/minute"}
    shared |= {
        "secret_key": "s" * 40,
        "hash_key": "h" * 40,
        "email_keys": "7J_3s0Y9jB0kWkH8j2m3vKq1m0m1yQkq3cF0bU0h0fE=",
    }
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    one, two = (servers.enter_context(serving(folder, **shared)) for folder in folders)
    kit = finish(two, written(one))  # begun at one, finished at the other
    assert "Your letters are ready" in ask(kit.replace(two.url, one.url))[1]
    finish(one, written(two))
    for site in (one, two):  # a limit is both's
        with pytest.raises(Refused) as refused:
            finish(site, written(site))
        assert refused.value.status == 429

    def shown(site: Server) -> int:
        found: int = json.loads(site.read("/api/v1/counts"))["letters"]
        return found

    wait_until(lambda: shown(one) == shown(two) == 2, "both to show both letters")


def test_where_the_disk_is_full_nothing_is_acknowledged_that_is_not_stored(tmp_path: Path) -> None:
    with serving(tmp_path, full_at_blocks=1300) as site:
        kits: list[str] = []
        refused: Refused | None = None
        while refused is None and len(kits) < 500:
            letters = written(site) | {"body-ME-S1": "A long letter. " * 1000}
            try:
                kits.append(finish(site, letters))
            except Refused as error:
                refused = error
        assert refused is not None
        assert (refused.status, "nothing was stored" in refused.text) == (503, True)
        assert fields(refused.text)["body-ME-S1"].startswith("A long letter. ")
        assert (site.status("/parole"), site.status("/healthz")) == (200, 200)
        for kit in kits:
            assert "Your letters are ready" in ask(kit)[1]
    stored = Database(f"sqlite:///{tmp_path / 'lifeline.db'}")
    with stored.read() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == len(kits)
    stored.close()
