"""`/api/v1`: the look-up and the public figures, in the shape that programs rely on; every error in one shape."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from campaign import tasks
from campaign.database import Database
from campaign.models import Message, Pledge
from campaign.partners import Partner
from tests.census import Census, found, match, send_json
from tests.web.conftest import MakeApp
from tests.web.visitor import ANSWERS, Visitor, rows

OFFICE = {
    "seat": str,
    "chamber": str,
    "title": str,
    "name": str | None,
    "party": str | None,
    "bioguide": str | None,
    "phone": str,
    "url": str | None,
    "contact_form": str | None,
    "address": str | None,
    "local_offices": list,
    "committees": list,
    "vacant": bool,
    "confirm": bool,
    "as_of": str,
}


@pytest.fixture
def client(visitor: Visitor) -> FlaskClient:
    return visitor.client


def look_up(client: FlaskClient, **given: Any) -> Any:
    answer = client.post("/api/v1/lookup", json=given)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return answer.json


@pytest.mark.parametrize(
    ("given", "offices", "candidates", "district", "needs", "source"),
    [
        ({"zip": "04101"}, "ME-S1 ME-S2 ME-01", "", "ME-01", None, "zip"),
        (
            {"zip": " 04101-0001 ", "state": "maine", "street": "", "city": " "},
            "ME-S1 ME-S2 ME-01",
            "",
            "ME-01",
            None,
            "zip",
        ),
        ({"zip": "10001"}, "NY-S1 NY-S3", "NY-10 NY-12", None, "street", "zip"),
        ({"zip": "10001", "street": "1 Main"}, "NY-S1 NY-S3", "NY-10 NY-12", None, "choice", "zip"),
        ({"zip": "04112"}, "ME-S1 ME-S2", "", None, "street", "state"),
        ({"zip": "30165"}, "", "", None, "state", "zip"),
        ({"zip": "09012"}, "", "", None, "home", "zip"),
        ({"zip": "96940"}, "", "", None, None, "state"),
        ({"zip": "82001"}, "WY-S1 WY-S2 WY-AL", "", "WY-AL", None, "zip"),
        ({"zip": "78840"}, "TX-S1 TX-S2 TX-23", "", "TX-23", None, "zip"),
        ({"zip": "00901"}, "PR-AL", "", "PR-AL", None, "zip"),
    ],
    ids=str,
)
def test_the_look_up_has_one_shape(
    client: FlaskClient,
    database: Database,
    given: dict[str, str],
    offices: str,
    candidates: str,
    district: str | None,
    needs: str | None,
    source: str,
) -> None:
    answer = look_up(client, **given)
    assert set(answer) == {"offices", "district", "candidates", "needs", "as_of", "source", "notes"}
    assert " ".join(office["seat"] for office in answer["offices"]) == offices
    assert " ".join(office["seat"] for office in answer["candidates"]) == candidates
    assert (answer["district"], answer["needs"], answer["source"]) == (district, needs, source)
    for office in answer["offices"] + answer["candidates"]:
        assert set(office) == set(OFFICE)
        assert {name: isinstance(office[name], kind) for name, kind in OFFICE.items()} == dict.fromkeys(OFFICE, True)
        assert (office["name"] is None) == office["vacant"]
    for note in answer["notes"]:
        assert set(note) == {"code", "text"}
        assert "%" not in note["text"]
    assert rows(database) == {}


def test_a_street_address_settles_the_district(make_app: MakeApp, census: Census) -> None:
    census.reply = send_json(found(match("3612", state="NY", zip_code="10001")))
    answer = look_up(
        make_app(census_url=census.url).test_client(), zip="10001", street="1 Main Street", city="New York"
    )
    assert (answer["district"], answer["source"], answer["candidates"]) == ("NY-12", "census", [])


SHAPE = "Send a JSON object with text in `zip`, and perhaps in `street`, `city` and `state`."
UNPRINTABLE = "This holds characters that cannot be printed. Please type it again."


@pytest.mark.parametrize(
    ("sent", "status", "code", "field", "message"),
    [
        ({"json": {}}, 422, "malformed", "zip", "A ZIP code has five digits, like 04101."),
        ({"json": {"zip": "4101"}}, 422, "malformed", "zip", "A ZIP code has five digits, like 04101."),
        ({"json": {"zip": "00000"}}, 404, "not_found", "zip", "There is no ZIP code 00000."),
        ({"json": {"zip": "04101", "state": "XX"}}, 422, "malformed", "state", "Choose a state or territory."),
        ({"json": {"zip": "04101", "state": "NY"}}, 422, "malformed", "state", None),
        (
            {"json": {"zip": "04101", "street": "x" * 101}},
            422,
            "malformed",
            "street",
            "This is longer than 100 characters.",
        ),
        (
            {"json": {"zip": "04101", "city": "x" * 100_000}},
            422,
            "malformed",
            "city",
            "This is longer than 60 characters.",
        ),
        ({"json": {"zip": "04101", "street": "\ud800"}}, 422, "malformed", "street", UNPRINTABLE),
        ({"json": {"zip": "04101", "street": "a\x00"}}, 422, "malformed", "street", UNPRINTABLE),
        ({"json": {"zip": 4101}}, 422, "malformed", None, SHAPE),
        ({"json": {"zip": None}}, 422, "malformed", None, SHAPE),
        ({"json": {"zip": "04101", "city": ["Portland"]}}, 422, "malformed", None, SHAPE),
        ({"json": ["04101"]}, 422, "malformed", None, SHAPE),
        ({"json": None}, 422, "malformed", None, SHAPE),
        ({"data": "{", "content_type": "application/json"}, 422, "malformed", None, SHAPE),
        ({"data": b"\xff", "content_type": "application/json"}, 422, "malformed", None, SHAPE),
        ({"data": "[" * 100_000, "content_type": "application/json"}, 422, "malformed", None, SHAPE),
        ({"data": '{"zip":' + "1" * 5_000 + "}", "content_type": "application/json"}, 422, "malformed", None, SHAPE),
        ({"data": {"zip": "04101"}}, 422, "malformed", None, SHAPE),
        ({"data": '{"zip": "04101"}', "content_type": "text/plain"}, 422, "malformed", None, SHAPE),
        ({}, 422, "malformed", None, SHAPE),
        ({"json": {"zip": "0" * 5_000_000}}, 413, "too_large", None, None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_look_up_that_cannot_be_is_told_why(
    client: FlaskClient, sent: dict[str, Any], status: int, code: str, field: str | None, message: str | None
) -> None:
    answer = client.post("/api/v1/lookup", **sent)
    assert (answer.status_code, answer.mimetype) == (status, "application/json")
    error = answer.json["error"]  # type: ignore[index]
    said = error["message"]
    assert error == {"code": code, "message": said} | ({"fields": {field: said}} if field else {})
    assert said == (message or said) != ""


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/no-such-thing", 404, "not_found"),
        ("GET", "/api/", 404, "not_found"),
        ("GET", "/api/v1/lookup", 405, "method_not_allowed"),
        ("DELETE", "/api/v1/counts", 405, "method_not_allowed"),
        ("GET", "/api/v1/counts?p=nobody", 404, "not_found"),
    ],
)
def test_other_errors_have_the_same_shape(client: FlaskClient, method: str, path: str, status: int, code: str) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (status, "application/json")
    assert answer.json is not None
    assert list(answer.json) == ["error"]
    assert (set(answer.json["error"]), answer.json["error"]["code"]) == ({"code", "message"}, code)


def test_a_look_up_from_another_sites_page_is_refused_in_json(client: FlaskClient) -> None:
    answer = client.post("/api/v1/lookup", json={"zip": "04101"}, headers={"Origin": "https://evil.example"})
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "forbidden")  # type: ignore[index]
    assert "Access-Control-Allow-Origin" not in answer.headers


def write(visitor: Visitor, times: int, zip_code: str = "04101", partner: str = "", **last: Any) -> None:
    for _ in range(times):
        visitor.find(zip_code, partner=partner).press("Read my letters", **ANSWERS).press("Finish my letters", **last)
        assert visitor.heading == "Your letters are ready"


def test_the_counts_withhold_small_cells_and_no_total_of_the_campaign(
    visitor: Visitor, riverside: Partner, database: Database, now: datetime
) -> None:
    write(visitor, 4, partner="riverside")
    write(visitor, 1, pledges=["call", "visit"], email="ana@example.org")
    write(visitor, 2, "82001")
    write(visitor, 3, "05602")
    visitor.client.get("/donate/give?p=riverside")
    visitor.client.get("/donate/give")
    confirmed = update(Pledge).where(Pledge.kind == "call").values(confirmed_at=now)
    database.write(lambda session: session.execute(confirmed).close())
    assert tasks.count(database) == 14
    campaigns = {
        "as_of": "2026-11-24T12:00:00-05:00",
        "letters": 10,
        "pledges": {"total": 1, "by_kind": {"call": 1}},
        "handovers": 2,
        "by_state": {"ME": 5, "VT": None, "WY": None},
        "by_partner": {"riverside": None},
        "goal": None,
        "milestone": None,
    }
    assert visitor.client.get("/api/v1/counts").json == campaigns
    partners = {
        **campaigns,
        "letters": None,
        "pledges": {"total": None, "by_kind": {}},
        "handovers": None,
        "by_state": {},
    }
    assert visitor.client.get("/api/v1/counts?p=riverside").json == partners
    own = {**ANSWERS, "story-tie": "These are nobody else’s words."}
    visitor.find("05602", partner="riverside").press("Read my letters", **own).press("Finish my letters")
    tasks.count(database)
    assert visitor.client.get("/api/v1/counts?p=riverside").json == {
        **partners,
        "letters": 5,
        "by_state": {"ME": None, "VT": None},
        "by_partner": {"riverside": 5},
    }


def test_the_counts_are_for_every_site_and_for_caches(
    client: FlaskClient, database: Database, visitor: Visitor
) -> None:
    answer = client.get("/api/v1/counts", headers={"Origin": "https://anybody.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=10"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    again = client.get("/api/v1/counts", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    visitor.finish()
    tasks.count(database)
    later = client.get("/api/v1/counts", headers={"If-None-Match": answer.headers["ETag"]})
    assert (later.status_code, later.json["letters"]) == (200, 1)  # type: ignore[index]
    with database.read() as session:
        assert session.query(Message).count() == 1
