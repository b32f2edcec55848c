"""The interface does what its description says, asked by requests that nobody would think of."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from campaign.partners import Partner
from tests.web.conftest import MakeApp

PUBLIC = ("/api/v1/", "/embed/count")


def described(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json()
    return found


def test_every_address_for_programs_is_described_and_no_other(app: Flask) -> None:
    rules = {
        (rule.rule.replace("<partner>", "{partner}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(PUBLIC) and not rule.rule.endswith((".svg", "openapi.json"))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    rules.discard(("/api/v1/donations", "post"))  # for donation pages alone, with a secret: the README has it
    assert {(path, method) for path, methods in described(app)["paths"].items() for method in methods} == rules


def test_it_is_for_everybody(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.json["servers"] == [{"url": "http://127.0.0.1:8000"}]  # type: ignore[index]


def _ask_anything(app: Flask, examples: int) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    quick = settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seen: Counter[tuple[str, int]] = Counter()

    def ask(case: Any) -> None:
        answer = case.call(headers={"Accept-Encoding": "identity"})  # the client for WSGI unpacks nothing
        # Which ZIP codes there are, and in which states, no schema can say.
        case.validate_response(answer, excluded_checks=[positive_data_acceptance])
        seen[case.operation.label, answer.status_code] += 1

    for operation in schema.get_all_operations():
        quick(given(case=operation.ok().as_strategy())(ask))()
    assert {label for label, _ in seen} == {operation.ok().label for operation in schema.get_all_operations()}
    assert {status for _, status in seen} >= {200, 404, 422}


def test_whatever_is_asked_is_answered_as_described(app: Flask, riverside: Partner) -> None:
    _ask_anything(app, 40)


@pytest.mark.soak
def test_whatever_is_asked_a_thousand_times(app: Flask, riverside: Partner) -> None:
    _ask_anything(app, 2000)


def test_a_site_below_a_path_says_so(make_app: MakeApp) -> None:
    app = make_app(public_url="https://act.example/lifeline")
    assert described(app)["servers"] == [{"url": "https://act.example/lifeline"}]
