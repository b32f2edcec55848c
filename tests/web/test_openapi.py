"""The description of the interface for programs: whole, valid, and true to the letter."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from flask import Flask

from campaign.database import Database
from campaign.keys import Keys
from campaign.web import admission
from campaign.web.examples import Example
from tests.web.conftest import MakeApp
from tests.web.programs import SECRET, all_examples, ask, new_gift, operations, tell_a_story

PUBLIC = ("/api/v1/", "/embed/count", "/oembed")

Told = Callable[[], Flask]


def described(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json()
    return found


@pytest.fixture
def takes_gifts(make_app: MakeApp) -> Flask:
    """The application, where it is told of gifts."""
    return make_app(webhook_secret=SECRET)


def test_every_address_for_programs_is_described_and_no_other(app: Flask) -> None:
    rules = {
        (rule.rule.replace("<partner>", "{partner}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(PUBLIC)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, methods in described(app)["paths"].items() for method in methods} == rules


def test_it_is_valid_and_leads_nowhere_else(app: Flask) -> None:
    document = described(app)
    schema = schemathesis.openapi.from_dict(document)
    schema.validate()
    operations = [found.ok() for found in schema.get_all_operations()]
    names = [operation.definition.raw["operationId"] for operation in operations]
    assert len(names) == len(set(names)) == len(document["paths"])
    references = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(document)))
    assert references == {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}


def test_an_invalid_one_is_found(app: Flask) -> None:
    document = described(app)
    del document["paths"]["/api/v1/counts"]["get"]["responses"]["200"]["description"]
    with pytest.raises(Exception, match="description"):
        schemathesis.openapi.from_dict(document).validate()


def test_it_is_for_everybody_and_for_caches(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.json["servers"] == [{"url": "http://127.0.0.1:8000"}]  # type: ignore[index]
    again = app.test_client().get("/api/v1/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_site_below_a_path_says_so(make_app: MakeApp) -> None:
    document = described(make_app(public_url="https://act.example/lifeline"))
    assert document["servers"] == [{"url": "https://act.example/lifeline"}]
    assert "lifeline.example" not in json.dumps(document)


@pytest.mark.usefixtures("riverside")
def test_every_example_is_what_is_really_answered(takes_gifts: Flask, database: Database, keys: Keys) -> None:
    tell_a_story(takes_gifts, database)
    client = takes_gifts.test_client()
    asked = 0
    for path, method, example in (parameter.values for parameter in all_examples()):
        assert isinstance(example, Example)
        answer = ask(client, path, method, example, new_gift(database, keys))
        found = answer.json if answer.is_json else answer.text
        assert (answer.status_code, found) == (example.status, example.answer), (path, example.query, example.body)
        asked += 1
    assert asked >= 20


def test_every_operation_but_this_description_has_an_example_with_an_answer(app: Flask) -> None:
    without = [
        operation["operationId"]
        for methods in described(app)["paths"].values()
        for operation in methods.values()
        if not any("examples" in content for content in operation["responses"]["200"]["content"].values())
    ]
    assert without == ["describe"]


@pytest.mark.usefixtures("riverside")
def test_whoever_comes_where_too_many_are_is_told_so_as_described(
    takes_gifts: Flask, database: Database, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "WAIT_SECONDS", 0.0)
    door = takes_gifts.extensions["door"]
    while door.enter():
        pass
    client = takes_gifts.test_client()
    for path, method, operation in operations():
        answer = client.open(path.replace("{partner}", "riverside"), method=method.upper())
        assert (answer.status_code == 503) == ("503" in operation["responses"]), path
        assert ("Retry-After" in answer.headers) == (answer.status_code == 503)


def test_a_method_that_is_not_taken_and_a_site_that_is_not_ours_are_told_as_described(takes_gifts: Flask) -> None:
    client = takes_gifts.test_client()
    for path, method, operation in operations():
        target = path.replace("{partner}", "riverside")
        other = client.put(target)
        assert (other.status_code, other.json["error"]["code"]) == (405, "method_not_allowed"), path  # type: ignore[index]
        assert method.upper() in other.headers["Allow"]
        foreign = client.open(target, method=method.upper(), headers={"Origin": "https://elsewhere.example"})
        assert (foreign.status_code == 403) == ("403" in operation["responses"]), path
        unreadable = client.open(target, method=method.upper(), environ_overrides={"QUERY_STRING": "x=\xff"})
        assert (unreadable.status_code, "400" in operation["responses"]) == (400, True), path


@pytest.mark.parametrize(("path", "size"), [("/api/v1/lookup", 4 * 1024 * 1024), ("/api/v1/donations", 512 * 1024)])
def test_more_than_fits_is_told_as_described(takes_gifts: Flask, path: str, size: int) -> None:
    client = takes_gifts.test_client()
    statuses = [
        client.post(path, data=b" " * length, content_type="application/json").status_code
        for length in (size, size + 1)
    ]
    assert statuses == [422 if path.endswith("lookup") else 401, 413]
