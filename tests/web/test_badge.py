"""The public count as a picture and as JSON: true, kept for a minute, and withheld where the project withholds."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from campaign import clock, partners, publishing
from campaign.database import Database
from campaign.models import Partner as Row
from campaign.partners import Partner
from campaign.publishing import PublicCounts
from campaign.web import badges
from tests.web.conftest import MakeApp
from tests.web.visitor import ANSWERS, Visitor, count

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def badge(client: FlaskClient, path: str = "/embed/count.svg") -> tuple[list[str], str]:
    """The words on a badge, and its title."""
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    root = ElementTree.fromstring(answer.data)  # noqa: S314  (our own)
    title = root.findtext(f"{SVG}title") or ""
    assert (root.tag, root.get("role"), root.get("aria-label")) == (f"{SVG}svg", "img", title)
    for tag in root.iter():
        assert not {name for name in tag.attrib if name.startswith("on") or "href" in name or name == "style"}
    return [text.text or "" for text in root.iter(f"{SVG}text")], title


def figures(client: FlaskClient, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    found: dict[str, Any] = answer.get_json()
    return found


def write(app: Flask, times: int, partner: str = "") -> None:
    for number in range(times):
        Visitor(app.test_client()).find(partner=partner).press(
            "Read my letters", **{**ANSWERS, "name": f"Person {number}"}
        ).press("Finish my letters")
    count(app)


def test_a_badge_counts_what_the_public_count_counts(app: Flask, client: FlaskClient, riverside: Partner) -> None:
    assert badge(client) == (["Letters to Congress", "0"], "Letters to Congress: 0")
    write(app, 5, "riverside")
    write(app, 1)
    assert badge(client) == (["Letters to Congress", "6"], "Letters to Congress: 6")
    shown = figures(client, "/embed/count.json")
    of_api = client.get("/api/v1/counts").get_json()
    assert shown == {"partner": None, "letters": 6, "pledges": 0, "as_of": of_api["as_of"]}


def test_a_partners_small_figures_are_withheld_and_not_called_small(
    app: Flask, client: FlaskClient, riverside: Partner
) -> None:
    path = "/embed/count/riverside"
    withheld = (["Letters to Congress", "withheld"], "Letters to Congress through Riverside Church: withheld")
    for letters in (0, 4):
        write(app, letters, "riverside")
        assert badge(client, f"{path}.svg") == withheld
        shown = figures(client, f"{path}.json")
        assert (shown["partner"], shown["letters"], shown["pledges"]) == ("riverside", None, None)
    write(app, 1, "riverside")
    assert badge(client, f"{path}.svg") == (
        ["Letters to Congress", "5"],
        "Letters to Congress through Riverside Church: 5",
    )
    write(app, 1)  # and now the five would tell the one
    assert badge(client, f"{path}.svg") == withheld
    assert figures(client, f"{path}.json")["letters"] is None


def test_large_figures_are_grouped(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    many = PublicCounts(1_234_567, 8, {}, 0, {}, {})
    monkeypatch.setattr(publishing, "public_counts", lambda _session, _partner: many)
    assert badge(client)[0][1] == "1,234,567"
    assert figures(client, "/embed/count.json")["letters"] == 1_234_567


def test_a_goal_stands_with_the_figures(make_app: MakeApp, letters_dir: Path, riverside: Partner) -> None:
    with (letters_dir / "campaign.toml").open("a") as file:
        file.write("goal = 9\n")
    client = make_app(letters_dir=letters_dir).test_client()
    for path in ("/embed/count.json", "/embed/count/riverside.json"):
        assert figures(client, path)["goal"] == 9


@pytest.mark.parametrize("end", ["svg", "json"])
@pytest.mark.parametrize("code", ["nobody", "RIVERSIDE", "%00", "<b>", "x" * 500, "riverside.svg"])
def test_a_partner_that_we_do_not_know_has_none(client: FlaskClient, riverside: Partner, code: str, end: str) -> None:
    answer = client.get(f"/embed/count/{code}.{end}")
    assert answer.status_code == 404
    assert answer.get_json() == {"error": {"code": "not_found", "message": "There is no such partner."}}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("end", ["svg", "json"])
def test_it_is_kept_for_a_minute_and_loads_into_any_page(client: FlaskClient, riverside: Partner, end: str) -> None:
    for path in (f"/embed/count.{end}", f"/embed/count/riverside.{end}"):
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", '" onload="alert(1)', "]]>&amp;", "Ünïtéd 教会", "a\x01\ufffe"]
)
def test_a_hostile_name_stays_text(client: FlaskClient, database: Database, riverside: Partner, name: str) -> None:
    database.write(lambda session: session.execute(update(Row).values(name=name)).close())
    title = badge(client, "/embed/count/riverside.svg")[1]
    assert title == f"Letters to Congress through {name}: withheld".replace("\x01", "\ufffd").replace(
        "\ufffe", "\ufffd"
    )


def test_what_a_partner_has_gathered_stays_when_its_origins_change(
    app: Flask, client: FlaskClient, database: Database, riverside: Partner
) -> None:
    write(app, 5, "riverside")
    other = ["https://other.example"]
    database.write(lambda session: partners.add(session, "other", "Other", other, now=clock.wall()))
    database.write(lambda session: partners.change_origins(session, "riverside", other))
    assert badge(client, "/embed/count/riverside.svg")[0][1] == "5"
    assert badge(client, "/embed/count/other.svg")[0][1] == "withheld"


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("0", 8), ("0000000000", 83), ("é", 8), ("e\u0301", 8), ("教会", 26), ("ж", 8)]
)
def test_words_are_measured(text: str, width: int) -> None:
    assert badges.measure(text) == width
