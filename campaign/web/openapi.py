"""`/api/v1/openapi.json`: what the interface for programs takes and gives, in the form that programs read."""

from __future__ import annotations

import copy
from importlib.metadata import version
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from campaign.web import headers
from campaign.web.examples import examples
from campaign.web.extensions import bank, settings
from campaign.web.operations import JSON, PATHS, SVG, XML
from campaign.web.schemas import SCHEMAS, sentence

bp = Blueprint("openapi", __name__, url_prefix="/api/v1")

KEPT_SECONDS = 60

DESCRIPTION = sentence(
    "Who represents an address in Congress, and the public figures of a campaign. It takes no key and no account. "
    "Below `/api/v1` things may be added, so leave alone what you do not know. What there is keeps its name and its "
    "meaning."
)


def document() -> dict[str, Any]:
    """The whole document, as it is true of this site."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": bank.campaign.name,
            "version": version("lifeline"),
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": settings.public_url}],
        "paths": _paths(settings.public_url),
        "components": {"schemas": SCHEMAS},
    }


def _paths(site: str) -> dict[str, Any]:
    """The paths with their examples, each beside the schema that it fits."""
    paths = copy.deepcopy(PATHS)
    for operation in (operation for methods in paths.values() for operation in methods.values()):
        for number, example in enumerate(examples(site).get(operation["operationId"], []), start=1):
            content = operation["responses"][str(example.status)]["content"]
            kind = next(kind for kind in (SVG, XML, JSON) if kind in content and _is(kind, example.answer))
            content[kind].setdefault("examples", {})[f"example{number}"] = {"value": example.answer}
            if example.body is not None and example.status == 200:
                body = operation["requestBody"]["content"][JSON]
                body.setdefault("examples", {})[f"example{number}"] = {"value": example.body}
            given = example.query | example.path
            for parameter in operation["parameters"]:
                if example.status == 200 and parameter["name"] in given:
                    parameter.setdefault("example", given[parameter["name"]])
    return paths


def _is(kind: str, answer: Any) -> bool:
    return isinstance(answer, str) == (kind != JSON)


@bp.get("/openapi.json")
def show() -> ResponseReturnValue:
    """The description. It needs no account and no key, and neither does what it describes but the tale of gifts."""
    return headers.public(jsonify(document()), seconds=KEPT_SECONDS)
