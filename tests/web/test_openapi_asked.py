"""The interface does what its description says, asked by requests that nobody would think of."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.web.conftest import MakeApp
from tests.web.programs import SECRET, sign

SIGNED = re.compile(r"t=[0-9]+,v1=[0-9a-f]{63}[02468ace]")
"""What is taken for the wish of a request to be signed: half of all signatures that fit the description."""

Answer = Callable[[dict[str, Any], Any], Iterator[bytes]]


def signing(app: Answer) -> Answer:
    """The application behind somebody who knows the secret."""

    def sign_and_answer(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        if SIGNED.fullmatch(environ.get("HTTP_LIFELINE_SIGNATURE", "")):
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ |= {"wsgi.input": BytesIO(body), "HTTP_LIFELINE_SIGNATURE": sign(body)}
        return app(environ, start_response)

    return sign_and_answer


def closed(schema: Any) -> Any:
    """The same schemas, in which an object has no property that is not described."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(one) for name, one in schema.items()}
    if isinstance(found.get("properties"), dict) and "type" in found:
        found.setdefault("additionalProperties", False)
    return found


OPEN = ("Query", "Gift", "Document")
"""What may hold more: nobody minds, or it is somebody else's to describe."""


THERE_IS = {"partner": "riverside", "p": "riverside", "url": "http://127.0.0.1:8000/letters/protect-parole"}
"""What chance does not find, by the name of the parameter; half of all requests have it."""


def ask_anything(app: Flask, examples: int) -> Counter[tuple[str, int]]:
    """Ask every operation so many times what fits its description, and as often what does not."""
    document = copy.deepcopy(app.test_client().get("/api/v1/openapi.json").get_json())
    schemas = document["components"]["schemas"]
    schemas |= {name: closed(schema) for name, schema in schemas.items() if name not in OPEN}
    app.wsgi_app = signing(app.wsgi_app)  # type: ignore[method-assign, assignment, arg-type]
    schema = schemathesis.openapi.from_dict(document)
    schema.app = app
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
        if case.meta.generation.mode is GenerationMode.POSITIVE and seen.total() % 2:
            for given in (case.path_parameters, case.query):
                given |= {name: THERE_IS[name] for name in given if name in THERE_IS}
        answer = case.call(headers={"Accept-Encoding": "identity"})  # the client for WSGI unpacks nothing
        seen[case.operation.label, answer.status_code] += 1
        # Which ZIP codes there are, and in which states, no schema can say.
        unsaid = [positive_data_acceptance]
        if case.path == "/oembed" and answer.status_code == 501:
            unsaid.append(not_a_server_error)  # oEmbed wants it for a form that is not written
        if case.path == "/api/v1/donations":
            unsaid.append(negative_data_rejection)  # one bad gift keeps no other from being taken in
        case.validate_response(answer, excluded_checks=unsaid)

    for operation in (found.ok() for found in schema.get_all_operations()):
        modes = [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if _can_be_wrong(operation) else [])]
        for mode in modes:
            quick(given(case=operation.as_strategy(generation_mode=mode))(ask))()
    assert {label for label, _ in seen} == {found.ok().label for found in schema.get_all_operations()}
    return seen


def _can_be_wrong(operation: Any) -> bool:
    """Whether anything is taken that not every text is."""
    return any(one["name"] != "If-None-Match" for one in operation.definition.raw["parameters"])


@pytest.fixture
def takes_gifts(make_app: MakeApp) -> Flask:
    return make_app(webhook_secret=SECRET)


@pytest.mark.usefixtures("riverside")
def test_whatever_is_asked_is_answered_as_described(takes_gifts: Flask) -> None:
    seen = ask_anything(takes_gifts, 40)
    assert {status for label, status in seen if label == "POST /api/v1/lookup"} >= {200, 404, 422}
    assert {status for label, status in seen if label == "POST /api/v1/donations"} >= {200, 401}
    assert {status for label, status in seen if label == "GET /oembed"} >= {200, 404, 422, 501}
    assert {status for label, status in seen if label == "GET /embed/count/{partner}.json"} >= {200, 404}


@pytest.mark.soak
@pytest.mark.usefixtures("riverside")
def test_whatever_is_asked_two_thousand_times(takes_gifts: Flask) -> None:
    ask_anything(takes_gifts, 2_000)
