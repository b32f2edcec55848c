"""`/api`: the same description as `openapi`'s, drawn for people who write programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from campaign.web import headers
from campaign.web.examples import Example, examples
from campaign.web.extensions import settings
from campaign.web.i18n import say
from campaign.web.openapi import DESCRIPTION
from campaign.web.operations import JSON, PATHS, SVG, Operation
from campaign.web.schemas import SCHEMAS, Schema

bp = Blueprint("interface", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """One property of what is sent or answered."""

    name: str
    """With the names of what it stands in: `offices[].name`."""
    kind: str
    description: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation, as the page shows it."""

    method: str
    path: str
    operation: Operation
    sent: list[Row]
    answered: list[Row]
    curl: str
    example: Example | None


@bp.get("/api")
def show() -> ResponseReturnValue:
    """All of it on one page."""
    entries = [
        _entry(path, method, operation) for path, methods in PATHS.items() for method, operation in methods.items()
    ]
    errors: dict[str, list[str]] = {}
    for found in (found for given in examples(settings.public_url).values() for found in given if found.status >= 400):
        errors.setdefault(str(found.status), [found.answer["error"]["code"], shown(found.answer)])
    page = render_template(
        "api.html", entries=entries, description=DESCRIPTION, spoken=spoken, shown=shown, errors=errors
    )
    return headers.public(make_response(page))


def _entry(path: str, method: str, operation: Operation) -> Entry:
    content = operation["responses"]["200"]["content"]
    body = operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema")
    given = examples(settings.public_url).get(operation["operationId"], [])
    example = given[0] if given else None
    curl = (example or Example(200, None)).curl(path, settings.public_url)
    answered = content.get(JSON, {}).get("schema") if SVG not in content else None
    return Entry(
        method.upper(),
        path,
        operation,
        list(_rows(body)) if body else [],
        list(_rows(answered)) if answered else [],
        curl,
        example,
    )


def _rows(schema: Schema, prefix: str = "") -> Iterator[Row]:
    """The properties of a schema, those of objects in it after the one that holds them."""
    schema = _meant(schema)
    if "items" in schema:
        yield from _rows(schema["items"], f"{prefix}[]")
        return
    for name, one in schema.get("properties", {}).items():
        full = f"{prefix}.{name}" if prefix else name
        yield Row(full, _kind(one), one.get("description", ""))
        yield from _rows(one, full)


def _meant(schema: Schema) -> Schema:
    """The schema itself, where it names another; of several that are allowed the first."""
    while "$ref" in schema or "anyOf" in schema:
        schema = SCHEMAS[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema["anyOf"][0]
    return schema


def _kind(schema: Schema) -> str:
    """Of which kind a value is, in the words of JSON, and which there are."""
    kinds = schema["type"] if isinstance(schema.get("type"), list) else [_meant(schema).get("type", "")]
    named = [str(one) for one in schema.get("enum", []) if one is not None]
    return " | ".join([*named, *(kind for kind in kinds if not named or kind == "null")])


def shown(answer: Any) -> str:
    """An answer as it is read: JSON with a line for each property, anything else as it is."""
    return answer if isinstance(answer, str) else json.dumps(answer, indent=2, ensure_ascii=False)


def spoken(text: str) -> Markup:
    """A sentence in the language of the page, with what stands between backticks as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(say(text)))))  # noqa: S704  (escaped just now)
