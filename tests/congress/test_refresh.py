"""The roster is renewed whole or not at all, and every process sees it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from campaign import rereading
from campaign.config import EASTERN
from campaign.congress import refresh as module
from campaign.congress.build import build_roster
from campaign.congress.refresh import FILES, KEPT, refresh
from campaign.congress.remote import Unavailable
from campaign.congress.standing import standing_roster
from campaign.errors import Conflict, Malformed
from tests.census import Reply, send, serve
from tests.congress.sources import Sources, public_files

LOCAL = ("legislators.json", "offices.json", "committees.json", "memberships.json")


@dataclass
class Publisher:
    """The public files' stand-in: knows versions, and misbehaves for one file where a test says so."""

    files: Sources
    bad: dict[str, Reply] = field(default_factory=dict)
    url: str = ""
    statuses: list[int] = field(default_factory=list)

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        name = LOCAL[FILES.index(handler.path.rsplit("/", 1)[-1])]
        if name in self.bad:
            self.bad[name](handler)
            return
        body = json.dumps(self.files[name]).encode()
        version = f'"{hashlib.sha256(body).hexdigest()}"'
        status = 304 if handler.headers["If-None-Match"] == version else 200
        self.statuses.append(status)
        send(b"" if status == 304 else body, status, ETag=version)(handler)


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with serve() as stand_in:
        publisher = Publisher(public_files(), url=stand_in.url)
        stand_in.reply = publisher.reply
        yield publisher


@pytest.fixture
def shipped(tmp_path: Path, now: datetime) -> Path:
    """Tables that came with the project, made from the same files half a year ago."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    for name, content in public_files().items():
        (folder / name).write_text(json.dumps(content))
    build_roster(*(folder / name for name in LOCAL), folder, as_of=(now - timedelta(days=180)).date())  # type: ignore[call-arg]
    return folder


def put(files: Sources, bioguide: str, **term: Any) -> None:
    """Change one member's present term; `seat` elsewhere stays."""
    person = next(person for person in files["legislators.json"] if person["id"]["bioguide"] == bioguide)
    person["terms"][-1] |= term


def folders(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "congress").glob("roster-*"))


def test_a_refresh_puts_the_new_roster_in_force_and_says_what_changed(
    publisher: Publisher, tmp_path: Path, shipped: Path, now: datetime
) -> None:
    successor = publisher.files["legislators.json"][5]
    successor["id"], successor["name"]["official_full"] = {"bioguide": "Y000005"}, "New Member"
    put(publisher.files, "X000001", phone="202-224-1111")
    del publisher.files["legislators.json"][-1]
    assert refresh(publisher.url, tmp_path, shipped, now) == (
        "The roster is as of 2026-11-24: AL-06 First M. Last-5 → New Member; SD-S3 First M. Last-540 → vacant; "
        "details of 1 members; members 541 → 540."
    )
    roster = standing_roster(tmp_path, shipped).current()
    assert (roster.office("AL-06", now.date()).name, roster.office("SD-S3", now.date()).vacant) == ("New Member", True)
    assert roster.office("AL-02", now.date()).phone == "202-224-1111"
    assert roster.as_of == now.date()


def test_what_has_not_changed_is_not_sent_again_and_the_roster_is_of_today(
    publisher: Publisher, tmp_path: Path, shipped: Path, now: datetime
) -> None:
    refresh(publisher.url, tmp_path, shipped, now)
    assert publisher.statuses == [200] * 4
    later = now + timedelta(days=1)
    assert refresh(publisher.url, tmp_path, shipped, later) == "The roster is unchanged as of 2026-11-25."
    assert publisher.statuses[4:] == [304] * 4
    put(publisher.files, "X000001", phone="202-224-1111")
    refresh(publisher.url, tmp_path, shipped, later + timedelta(hours=1))
    assert sorted(publisher.statuses[8:]) == [200, 304, 304, 304]
    roster = standing_roster(tmp_path, shipped).current()
    assert (roster.as_of, roster.office("AL-02", later.date()).phone) == (later.date(), "202-224-1111")


def cut(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    handler.wfile.write(b'[{"id": ')


@pytest.mark.parametrize("name", LOCAL)
@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (send(b"", 500), Unavailable),
        (send(b"", 404), Unavailable),
        (send(b"", 301, Location="/elsewhere"), Unavailable),
        (cut, Unavailable),
        (lambda handler: handler.connection.close(), Unavailable),
        (send(b"<html>not here</html>"), Malformed),
        (send(b""), Malformed),
        (send(b"[]"), Malformed),
        (send(b"{}"), Malformed),
    ],
    ids=["error", "missing", "moved", "cut", "reset", "HTML", "nothing", "empty list", "empty object"],
)
def test_a_broken_file_changes_nothing(
    publisher: Publisher, tmp_path: Path, shipped: Path, now: datetime, name: str, bad: Reply, error: type[Exception]
) -> None:
    refresh(publisher.url, tmp_path, shipped, now)
    before = folders(tmp_path), (tmp_path / "congress" / "current").readlink()
    publisher.bad[name] = bad
    with pytest.raises(error):
        refresh(publisher.url, tmp_path, shipped, now + timedelta(days=1))
    assert (folders(tmp_path), (tmp_path / "congress" / "current").readlink()) == before
    assert standing_roster(tmp_path, shipped).current().as_of == now.date()


def test_a_file_that_has_shrunk_is_not_believed(
    publisher: Publisher, tmp_path: Path, shipped: Path, now: datetime
) -> None:
    for person in publisher.files["offices.json"]:
        person["offices"] = []
    with pytest.raises(Malformed, match=r"local_offices\.json has shrunk from 3 to 0 records"):
        refresh(publisher.url, tmp_path, shipped, now)
    assert folders(tmp_path) == []


def test_unchanged_is_no_answer_to_whoever_has_nothing(
    publisher: Publisher, tmp_path: Path, shipped: Path, now: datetime
) -> None:
    publisher.bad["committees.json"] = send(b"", 304)
    with pytest.raises(Unavailable):
        refresh(publisher.url, tmp_path, shipped, now)
    assert folders(tmp_path) == []


def test_a_file_that_is_too_long_is_not_read_to_its_end(
    publisher: Publisher, tmp_path: Path, shipped: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    with pytest.raises(Unavailable):
        refresh(publisher.url, tmp_path, shipped, now)


def test_two_do_not_renew_it_at_once(publisher: Publisher, tmp_path: Path, shipped: Path, now: datetime) -> None:
    (tmp_path / "congress").mkdir()
    with (tmp_path / "congress" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Conflict):
            refresh(publisher.url, tmp_path, shipped, now)
    assert publisher.statuses == []
    refresh(publisher.url, tmp_path, shipped, now)


def test_a_running_process_takes_the_new_roster_over(
    publisher: Publisher, tmp_path: Path, shipped: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rereading, "LOOK_SECONDS", 0.0)
    running = standing_roster(tmp_path, shipped)
    before = running.current()
    assert before.as_of < now.date()
    refresh(publisher.url, tmp_path, shipped, now)
    assert running.current().as_of == now.date()
    assert running.current() is running.current(), "it is read once"


def test_a_roster_that_cannot_be_read_leaves_the_last_good_one(
    publisher: Publisher, tmp_path: Path, shipped: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rereading, "LOOK_SECONDS", 0.0)
    running = standing_roster(tmp_path, shipped)
    refresh(publisher.url, tmp_path, shipped, now)
    (tmp_path / "congress" / "current" / "members.json").write_text("{")
    assert running.current().as_of < now.date()
    assert standing_roster(tmp_path, shipped).current().as_of < now.date()


def test_a_release_with_a_newer_roster_wins(publisher: Publisher, tmp_path: Path, shipped: Path, now: datetime) -> None:
    refresh(publisher.url, tmp_path, shipped, now)
    release = tmp_path / "release"
    release.mkdir()
    for name, content in public_files().items():
        (release / name).write_text(json.dumps(content))
    build_roster(*(release / name for name in LOCAL), release, as_of=(now + timedelta(days=1)).date())  # type: ignore[call-arg]
    assert standing_roster(tmp_path, release).current().as_of == (now + timedelta(days=1)).date()
    with pytest.raises(Conflict, match="of a later day"):
        refresh(publisher.url, tmp_path, release, now)


def test_a_refresh_of_the_day_of_the_release_is_in_force(
    publisher: Publisher, tmp_path: Path, shipped: Path, now: datetime
) -> None:
    put(publisher.files, "X000001", phone="202-224-1111")
    refresh(publisher.url, tmp_path, shipped, now - timedelta(days=180))
    roster = standing_roster(tmp_path, shipped).current()
    assert roster.office("AL-02", now.date()).phone == "202-224-1111"


def test_a_clock_that_went_back_deletes_nothing_in_force(
    publisher: Publisher, tmp_path: Path, shipped: Path, now: datetime
) -> None:
    for hour in (5, 6, 7, 1):
        refresh(publisher.url, tmp_path, shipped, now.replace(hour=hour))
    assert (tmp_path / "congress" / "current" / "members.json").exists()
    assert len(folders(tmp_path)) == KEPT


@pytest.mark.parametrize(
    ("name", "left"),
    [
        *[("members.json", ""), ("members.json", '{"as_of": "2026-11-24"}'), ("committees.json", "")],
        *[("legislators-current.json", ""), ("validators.json", "")],
    ],
)
def test_a_power_cut_that_empties_a_file_is_mended_by_the_next_refresh(
    publisher: Publisher, tmp_path: Path, shipped: Path, now: datetime, name: str, left: str
) -> None:
    put(publisher.files, "X000001", phone="202-224-1111")
    refresh(publisher.url, tmp_path, shipped, now)
    (tmp_path / "congress" / "current" / name).write_text(left)
    standing_roster(tmp_path, shipped)  # a process starts all the same
    refresh(publisher.url, tmp_path, shipped, now + timedelta(days=1))
    roster = standing_roster(tmp_path, shipped).current()
    assert roster.as_of == (now + timedelta(days=1)).date()
    assert roster.office("AL-02", now.date()).phone == "202-224-1111"


def test_a_roster_that_could_not_be_read_for_a_moment_is_read_at_the_next_look(
    publisher: Publisher, tmp_path: Path, shipped: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rereading, "LOOK_SECONDS", 0.0)
    running = standing_roster(tmp_path, shipped)
    refresh(publisher.url, tmp_path, shipped, now)
    members = tmp_path / "congress" / "current" / "members.json"
    whole = members.read_text()
    members.write_text("{")
    assert running.current().as_of < now.date()
    members.write_text(whole)
    assert running.current().as_of == now.date()


def test_only_the_last_few_are_kept(publisher: Publisher, tmp_path: Path, shipped: Path, now: datetime) -> None:
    for day in range(KEPT + 2):
        refresh(publisher.url, tmp_path, shipped, now + timedelta(days=day))
    assert len(folders(tmp_path)) == KEPT
    assert (tmp_path / "congress" / "current").readlink().name == folders(tmp_path)[-1]


def test_a_new_congress_without_committees_is_taken_over_and_an_old_one_is_not(
    publisher: Publisher, tmp_path: Path, shipped: Path, now: datetime
) -> None:
    publisher.files["memberships.json"] = {}
    with pytest.raises(Malformed, match="has no members"):
        refresh(publisher.url, tmp_path, shipped, now)
    with pytest.raises(Malformed, match="has no members"):
        refresh(publisher.url, tmp_path, shipped, datetime(2027, 5, 1, 9, tzinfo=EASTERN))
    january = datetime(2027, 1, 6, 9, tzinfo=EASTERN)
    refresh(publisher.url, tmp_path, shipped, january)
    assert standing_roster(tmp_path, shipped).current().office("AL-01", january.date()).committees == ()


def test_a_subcommittee_that_is_gone_stops_nothing(
    publisher: Publisher, tmp_path: Path, shipped: Path, now: datetime
) -> None:
    for committee in publisher.files["committees.json"]:
        committee["subcommittees"] = [part for part in committee["subcommittees"] if part["thomas_id"] != "22"]
    refresh(publisher.url, tmp_path, shipped, now)
    places = standing_roster(tmp_path, shipped).current().office("AL-01", now.date()).committees
    assert "SSGA" in {place.code for place in places}
    assert "SSGA22" not in {place.code for place in places}


def test_of_two_at_once_one_renews_it(publisher: Publisher, tmp_path: Path, shipped: Path, now: datetime) -> None:
    came, go = threading.Event(), threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        came.set()
        go.wait(20)
        send(b"", 500)(handler)

    publisher.bad["legislators.json"] = wait
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(refresh, publisher.url, tmp_path, shipped, now)
        assert came.wait(20)
        with pytest.raises(Conflict, match="another process"):
            refresh(publisher.url, tmp_path, shipped, now)
        go.set()
        assert isinstance(first.exception(20), Unavailable)
