"""Errors have pages of their own, JSON under `/api`; what makes no sense is refused and never a failure of ours."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from campaign import logs
from campaign.database import Database
from tests.hidden import hidden
from tests.web.visitor import ANSWERS, Visitor, rows

SAFE = "default-src 'none'"
MULTIPART = "multipart/form-data; boundary=x"


@pytest.fixture
def client(visitor: Visitor) -> FlaskClient:
    return visitor.client


@pytest.mark.parametrize(
    ("method", "path", "status", "heading", "message"),
    [
        ("GET", "/no-such-page", 404, "Not found", "There is no page at this address."),
        ("GET", "/letters/no-such-letter", 404, "Not found", "There is no such letter."),
        ("POST", "/letters/no-such-letter", 404, "Not found", "There is no such letter."),
        ("POST", "/letters/no-such-letter/write", 404, "Not found", "There is no such letter."),
        ("POST", "/letters/no-such-letter/finish", 404, "Not found", "There is no such letter."),
        ("GET", "/letters/Protect-Parole", 404, "Not found", "There is no such letter."),
        ("GET", "/letters/..%2F..%2Fetc%2Fpasswd", 404, "Not found", "There is no page at this address."),
        ("GET", "/letters/%00", 404, "Not found", "There is no such letter."),
        ("GET", "/letters/%ED%A0%80", 404, "Not found", "There is no such letter."),
        ("GET", "/static/../campaign/app.py", 404, "Not found", "There is no page at this address."),
        ("GET", "/static/%2e%2e/campaign/app.py", 404, "Not found", "There is no page at this address."),
        ("GET", "/static/no-such-file.css", 404, "Not found", "There is no page at this address."),
        ("GET", "/embed/no-such-page", 404, "Not found", "There is no page at this address."),
        ("GET", "/console", 404, "Not found", "There is no page at this address."),
        ("POST", "/", 405, "That did not work", "This address does not take that."),
        ("DELETE", "/letters/protect-parole", 405, "That did not work", "This address does not take that."),
        ("PUT", "/organize/sign-out", 405, "That did not work", "This address does not take that."),
        ("TRACE", "/", 405, "That did not work", "This address does not take that."),
        ("NONSENSE", "/", 405, "That did not work", "This address does not take that."),
    ],
)
def test_an_error_has_a_page_that_says_what_and_leads_on(
    visitor: Visitor, method: str, path: str, status: int, heading: str, message: str
) -> None:
    visitor.response = visitor.client.open(path, method=method)
    assert (visitor.status, visitor.heading) == (status, heading)
    assert message in visitor.text
    assert visitor.soup.find("a", string="To the letters") is not None
    assert visitor.response.headers["Content-Security-Policy"].startswith(SAFE)
    assert visitor.response.headers["Cache-Control"] == "no-store"
    assert ("Allow" in visitor.response.headers) == (status == 405)


def test_a_refused_method_says_which_are_taken(visitor: Visitor) -> None:
    answer = visitor.client.put("/organize/sign-out")
    assert answer.headers["Allow"] == "OPTIONS, POST"
    answer = visitor.client.put("/api/v1/counts")
    assert (answer.headers["Allow"], answer.mimetype) == ("GET, HEAD, OPTIONS", "application/json")


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"zip": "x" * 5_000_000}},
        {
            "data": b'--x\r\nContent-Disposition: form-data; name="zip"\r\n\r\n' + b"x" * 5_000_000,
            "content_type": MULTIPART,
        },
        {"data": {f"field{n}": "x" for n in range(2_000)}, "content_type": "multipart/form-data"},
    ],
    ids=["form", "multipart", "two thousand parts"],
)
def test_what_is_too_large_is_refused_before_it_is_read(visitor: Visitor, sent: dict[str, Any]) -> None:
    visitor.response = visitor.client.post("/letters/protect-parole", **sent)
    assert (visitor.status, "This is more than fits." in visitor.text) == (413, True)


@pytest.mark.parametrize(
    "sent",
    [
        {"json": [1, 2]},
        {"json": {"zip": 4101, "story-tie": {}}},
        {"json": "04101"},
        {"data": "{", "content_type": "application/json"},
        {"data": "[" * 100_000, "content_type": "application/json"},
        {"data": b"zip=\xff\xfe&form_token=\xff", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"zip=%ff%00&story-tie=%ed%a0%80", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"--x\r\nbroken", "content_type": MULTIPART},
        {"data": b"zip=04101", "content_type": "multipart/form-data"},
        {"data": b"", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"\x00" * 1_000, "content_type": "text/plain"},
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_is_no_form_is_an_empty_one(visitor: Visitor, database: Database, sent: dict[str, Any]) -> None:
    for step in ("", "/write", "/finish"):
        assert visitor.client.post(f"/letters/protect-parole{step}", **sent).status_code == 422
    path = visitor.finish().path
    assert visitor.client.post(f"{path}/ME-S1", **sent).status_code == 303
    assert rows(database) == {"messages": 1, "deliveries": 3}


@pytest.mark.parametrize("field", ["zip", "street", "state", "seat", "again", "form_token"])
@pytest.mark.parametrize("step", ["", "/write", "/finish"])
def test_a_file_in_the_place_of_a_field_is_nothing(visitor: Visitor, step: str, field: str) -> None:
    sent = {"zip": "x", **ANSWERS, field: (BytesIO(b"04101"), "file.txt")}
    visitor.response = visitor.client.post(f"/letters/protect-parole{step}", data=sent)
    assert visitor.status == 422
    assert "file.txt" not in visitor.response.text


@pytest.mark.parametrize(("field", "status"), [("story-tie", 200), ("role", 422), ("name", 422), ("reasons", 422)])
def test_a_file_in_the_place_of_an_answer_is_none(visitor: Visitor, field: str, status: int) -> None:
    path, data = visitor.find().filled("Read my letters", **ANSWERS)
    data[field] = (BytesIO(b"x"), "file.txt")
    assert visitor.post(path, data).status == status


@pytest.mark.parametrize("path", ["/", "/letters/protect-parole", "/donate/give", "/api/v1/counts", "/organize/", "/x"])
@pytest.mark.parametrize("query", ["p=\xff", "\xff", "by=\xed\xa0\x80", "said=\xff"])
def test_a_query_that_is_no_text_is_refused(client: FlaskClient, path: str, query: str) -> None:
    answer = client.get(path, environ_overrides={"QUERY_STRING": query})
    assert (answer.status_code, "This request cannot be understood." in answer.text) == (400, True)


@pytest.mark.parametrize("host", ["a..b", "x" * 300, "\xff..example", ".", "[", "a:b:c", "", "<b>"])
def test_a_host_that_is_no_name_is_no_failure_of_ours(client: FlaskClient, host: str) -> None:
    for path, method in (
        ("/", "GET"),
        ("/organize/", "GET"),
        ("/letters/protect-parole", "POST"),
        ("/api/v1/x", "GET"),
    ):
        answer = client.open(path, method=method, environ_overrides={"HTTP_HOST": host})
        assert answer.status_code < 500
        assert "<b>" not in answer.text
        assert answer.headers["Content-Security-Policy"].startswith(SAFE)


def logged(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """The one error in the log, as it is written."""
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    found: dict[str, Any] = json.loads(logs.Discreet().format(record))
    return found


@pytest.mark.parametrize("path", ["/broken", "/api/broken"])
def test_a_failure_of_ours_has_a_page_and_a_log_line_without_what_was_typed(
    app: Flask, visitor: Visitor, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    @app.get(path)
    def broken() -> str:
        raise ValueError("typed by Ana Reyes")

    visitor.response = visitor.client.get(f"{path}?street=12+Congress+Street")
    assert visitor.status == 500
    assert "Ana Reyes" not in visitor.response.text
    assert "Something went wrong on our side. Nothing was stored; please try again." in visitor.response.text
    assert (visitor.response.mimetype == "application/json") == path.startswith("/api/")
    assert visitor.response.headers["Content-Security-Policy"].startswith(SAFE)
    line = logged(caplog)
    assert line["route"] == "broken"
    assert [error["error"] for error in line["exc_info"]] == ["ValueError"]
    assert line["exc_info"][0]["trace"][-1].endswith("broken")
    for word in ("Ana", "Congress", "typed"):
        assert word not in str(line)


def test_the_log_says_where_in_our_own_code_a_failure_came_from(
    visitor: Visitor, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with hidden(database, "totals"):
        visitor.open("/")
    assert visitor.status == 500
    assert any("campaign/reports.py" in frame for frame in logged(caplog)["exc_info"][0]["trace"])
