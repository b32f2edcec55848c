"""`/api/v1/openapi.json`: what the interface for programs takes and gives, in the form that programs read."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from campaign.addresses import CITY_MAX, STATES, STREET_MAX
from campaign.web import headers
from campaign.web.extensions import bank, settings

bp = Blueprint("openapi", __name__, url_prefix="/api/v1")

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
YES_OR_NO: Schema = {"type": "boolean"}


def _maybe(schema: Schema) -> Schema:
    """The same, or null."""
    return {**schema, "type": [schema["type"], "null"]}


def _list(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def _object(properties: dict[str, Schema], *optional: str, **more: Any) -> Schema:
    """An object with these properties and no others; all are there but the optional ones."""
    needed = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False, **more}


FIGURE = _maybe(
    {"type": "integer", "minimum": 0, "description": "Null where it is withheld: it could tell of somebody."}
)
FIGURES: Schema = {"type": "object", "additionalProperties": FIGURE}

OFFICE = _object(
    {
        "seat": {**TEXT, "description": "`ME-S1`, `ME-01`, `WY-AL`.", "examples": ["ME-01"]},
        "chamber": {**TEXT, "enum": ["senate", "house"]},
        "title": TEXT,
        "name": _maybe({**TEXT, "description": "Null where the seat is vacant."}),
        "party": _maybe(TEXT),
        "bioguide": _maybe({**TEXT, "description": "Id in the Biographical Directory of the United States Congress."}),
        "phone": TEXT,
        "url": _maybe(TEXT),
        "contact_form": _maybe(TEXT),
        "address": _maybe(TEXT),
        "local_offices": _list(
            _object(
                {
                    "city": TEXT,
                    "state": TEXT,
                    "lines": _list(TEXT),
                    "takes_mail": YES_OR_NO,
                    "phone": _maybe(TEXT),
                    "hours": _maybe(TEXT),
                }
            )
        ),
        "committees": _list(
            _object(
                {"code": TEXT, "name": TEXT, "subcommittee": _maybe(TEXT), "role": TEXT, "standing": TEXT},
            )
        ),
        "vacant": YES_OR_NO,
        "confirm": {**YES_OR_NO, "description": "The member's term has ended since the list was made: check first."},
        "as_of": DAY,
    }
)

ANSWER = _object(
    {
        "offices": {**_list({"$ref": "#/components/schemas/Office"}), "description": "Senators first."},
        "district": _maybe({**TEXT, "description": "Null while it is not certain."}),
        "candidates": {
            **_list({"$ref": "#/components/schemas/Office"}),
            "description": "Who may be in the House for that address, while it is not certain.",
        },
        "needs": {"enum": ["street", "state", "home", "choice", None], "description": "What would make it certain."},
        "as_of": {**DAY, "description": "The day whose members these are."},
        "source": {**TEXT, "enum": ["zip", "census", "geocodio", "state"]},
        "notes": _list(_object({"code": TEXT, "text": TEXT})),
    }
)

COUNTS = _object(
    {
        "as_of": MOMENT,
        "letters": FIGURE,
        "pledges": _object({"total": FIGURE, "by_kind": FIGURES}),
        "handovers": FIGURE,
        "by_state": FIGURES,
        "by_partner": FIGURES,
        "goal": _maybe({"type": "integer"}),
        "milestone": _maybe({"type": "integer"}),
        "demonstration": {**YES_OR_NO, "description": "There, and true, where all of it is made up."},
    },
    "demonstration",
)

COUNT = _object(
    {"partner": _maybe(TEXT), "letters": FIGURE, "pledges": FIGURE, "as_of": MOMENT, "goal": {"type": "integer"}},
    "goal",
)

ERROR = _object(
    {
        "error": _object(
            {
                "code": {**TEXT, "description": "A word for programs.", "examples": ["malformed"]},
                "message": {**TEXT, "description": "A sentence for people."},
                "fields": {"type": "object", "additionalProperties": TEXT},
            },
            "fields",
        )
    }
)

QUERY = _object(
    {
        "zip": {
            **TEXT,
            "pattern": "^[0-9]{5}(-?[0-9]{4})?$",
            "description": "With or without the last four.",
            "examples": ["04101"],
        },
        "street": {**TEXT, "maxLength": STREET_MAX},
        "city": {**TEXT, "maxLength": CITY_MAX},
        "state": {**TEXT, "description": "Postal code or name.", "examples": sorted(STATES)[:2]},
    },
    "street",
    "city",
    "state",
)

ERRORS = {
    "400": "The request cannot be understood.",
    "404": "There is no such partner.",
    "405": "The address does not take that.",
    "413": "It is more than fits.",
    "422": "A field cannot be what it should be; `fields` names it.",
    "503": "More come than can be served. `Retry-After` says when to come back.",
}


def _answers(schema: str, *errors: str) -> dict[str, Any]:
    found = {"200": _said("What was asked for.", schema)}
    return found | {status: _said(ERRORS[status], "Error") for status in (*errors, "405", "503")}


def _said(description: str, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content}


def _parameter(name: str, where: str, description: str) -> dict[str, Any]:
    schema = {**TEXT, "pattern": "^[a-z0-9-]{1,32}$"}
    return {"name": name, "in": where, "required": where == "path", "description": description, "schema": schema}


PARTNER = _parameter("p", "query", "Code of a partner.")

PATHS: dict[str, Any] = {
    "/api/v1/lookup": {
        "post": {
            "operationId": "look_up",
            "summary": "Who represents an address in Congress.",
            "description": "What is sent is not stored. Of a street address the Census Bureau is asked once; what it "
            "says is remembered under a keyed hash, for six hours.",
            "parameters": [PARTNER],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Query"}}},
            },
            "responses": _answers("Answer", "400", "404", "413", "422"),
        }
    },
    "/api/v1/counts": {
        "get": {
            "operationId": "count",
            "summary": "The campaign's public figures, or one partner's.",
            "description": "At most ten seconds old. With `If-None-Match` it says 304 where nothing has changed.",
            "parameters": [PARTNER],
            "responses": _answers("Counts", "400", "404"),
        }
    },
    "/embed/count.json": {
        "get": {
            "operationId": "count_shortly",
            "summary": "What a badge shows.",
            "responses": _answers("Count", "400"),
        }
    },
    "/embed/count/{partner}.json": {
        "get": {
            "operationId": "count_shortly_for_partner",
            "summary": "What a partner's badge shows.",
            "parameters": [_parameter("partner", "path", "The partner's code.")],
            "responses": _answers("Count", "400", "404"),
        }
    },
}


@bp.get("/openapi.json")
def show() -> ResponseReturnValue:
    """The description. It needs no account and no key, and neither does what it describes."""
    schemas = {"Office": OFFICE, "Answer": ANSWER, "Counts": COUNTS, "Count": COUNT, "Error": ERROR, "Query": QUERY}
    return headers.public(
        jsonify(
            openapi="3.1.0",
            info={"title": bank.campaign.name, "version": version("lifeline"), "license": {"name": "MIT"}},
            servers=[{"url": settings.public_url}],
            paths=PATHS,
            components={"schemas": schemas},
        ),
        seconds=60,
    )
