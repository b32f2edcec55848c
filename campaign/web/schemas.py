"""The schemas of what the interface for programs takes and gives, as JSON Schema has them: data, and nothing else.

Objects are open. Properties may be added one day, and whoever reads an answer is not to stumble over them; the tests
close the objects, and so find what is not described.
"""

from __future__ import annotations

from typing import Any

from campaign.addresses import CITY_MAX, STREET_MAX
from campaign.gifts import REFERENCE_MAX
from campaign.web.webhook import GIFTS_MAX

Schema = dict[str, Any]


def sentence(text: str) -> str:
    """A sentence for people. By this name translators find it; the document has it in English."""
    return text


def maybe(schema: Schema) -> Schema:
    """The same, or null."""
    return {**schema, "type": [schema["type"], "null"]}


def listed(schema: Schema, **more: Any) -> Schema:
    """A list of such."""
    return {"type": "array", "items": schema, **more}


def record(properties: dict[str, Schema], *optional: str) -> Schema:
    """An object with these properties; all are there but the optional ones."""
    needed = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": needed}


def named(name: str) -> Schema:
    """One of `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


def text(description: str = "", **more: Any) -> Schema:
    """Text, and what it is."""
    return {"type": "string", **({"description": description} if description else {}), **more}


NUMBER: Schema = {"type": "integer", "minimum": 0}
YES_OR_NO: Schema = {"type": "boolean"}

FIGURE = maybe({**NUMBER, "description": sentence("Null where it is withheld: it could point to somebody.")})
CELLS: Schema = {"type": "object", "additionalProperties": FIGURE}
AS_OF = text(sentence("The moment of the figures, to the minute."), format="date-time")

QUERY = record(
    {
        "zip": text(sentence("Five digits, with or without the last four."), pattern=r"^\s*[0-9]{5}(-?[0-9]{4})?\s*$"),
        "street": text(sentence("House number and street, where `needs` asks for it."), maxLength=STREET_MAX),
        "city": text(maxLength=CITY_MAX),
        "state": text(sentence("Postal code or name of a state or territory.")),
    },
    "street",
    "city",
    "state",
)

LOCAL_OFFICE = record(
    {
        "city": text(),
        "state": text(),
        "lines": listed(text(), description=sentence("The address, line by line.")),
        "takes_mail": {**YES_OR_NO, "description": sentence("Whether the lines are a complete postal address.")},
        "phone": maybe(text()),
        "hours": maybe(text()),
    }
)

COMMITTEE = record(
    {
        "code": text(sentence("As the clerks of House and Senate write it, like `HSJU01`.")),
        "name": text(),
        "subcommittee": maybe(text()),
        "role": text(sentence("As the committee calls it.")),
        "standing": text(enum=["chair", "ranking", "member"]),
    }
)

OFFICE = record(
    {
        "seat": text(
            sentence(
                "`ME-01` in the House, `WY-AL` where it is its place’s only one, `ME-S1` in the Senate, by class."
            ),
            pattern="^[A-Z]{2}-([0-9]{2}|AL|S[1-3])$",
        ),
        "chamber": text(enum=["senate", "house"]),
        "title": text(),
        "name": maybe(text(sentence("Null where the seat is vacant."))),
        "party": maybe(text()),
        "bioguide": maybe(text(sentence("Id in the Biographical Directory of the United States Congress."))),
        "phone": text(sentence("In Washington; the Capitol’s switchboard where the seat is vacant.")),
        "url": maybe(text()),
        "contact_form": maybe(text()),
        "address": maybe(text(sentence("In Washington."))),
        "local_offices": listed(LOCAL_OFFICE),
        "committees": listed(COMMITTEE, description=sentence("Those alone that have a say in parole.")),
        "vacant": YES_OR_NO,
        "confirm": {
            **YES_OR_NO,
            "description": sentence("The member’s term has ended since the list was made: check before you send."),
        },
        "as_of": text(format="date"),
    }
)

NEEDS: Schema = {
    "type": ["string", "null"],
    "enum": ["street", "state", "home", "choice", None],
    "description": sentence(
        "What is missing for the whole answer: a street address; a state; the ZIP code of the home of somebody with a "
        "military address; or a choice among the candidates. Null where nothing is."
    ),
}

OFFICES = record(
    {
        "offices": listed(named("Office"), description=sentence("Senators first.")),
        "district": maybe(text(sentence("The seat in the House; null while it is not certain."))),
        "candidates": listed(
            named("Office"), description=sentence("Who may be in the House for it, while it is not certain.")
        ),
        "needs": NEEDS,
        "as_of": text(sentence("The day whose members these are."), format="date"),
        "source": text(enum=["zip", "census", "geocodio", "state"]),
        "notes": listed(
            record({"code": text(sentence("A word for programs.")), "text": text(sentence("A sentence for people."))})
        ),
    }
)

COUNTS = record(
    {
        "as_of": AS_OF,
        "letters": FIGURE,
        "pledges": record({"total": FIGURE, "by_kind": CELLS}),
        "handovers": FIGURE,
        "by_state": CELLS,
        "by_partner": CELLS,
        "goal": maybe({**NUMBER, "description": sentence("The campaign’s.")}),
        "milestone": maybe({**NUMBER, "description": sentence("The next of the campaign’s.")}),
        "demonstration": {
            **YES_OR_NO,
            "description": sentence("There, and true, where all of it is made up to show the site."),
        },
    },
    "demonstration",
)

COUNT = record(
    {
        "partner": maybe(text(sentence("Its code; null for the whole campaign."))),
        "letters": FIGURE,
        "pledges": FIGURE,
        "as_of": AS_OF,
        "goal": {**NUMBER, "description": sentence("The campaign’s.")},
    },
    "goal",
)

CARD = record(
    {
        "version": text(enum=["1.0"]),
        "type": text(enum=["rich"]),
        "title": text(),
        "provider_name": text(),
        "provider_url": text(),
        "cache_age": {**NUMBER, "description": sentence("Seconds.")},
        "width": {**NUMBER, "description": sentence("Pixels.")},
        "height": {**NUMBER, "description": sentence("Pixels.")},
        "html": text(sentence("The frame to show.")),
    }
)

GIFT = record(
    {
        "id": text(sentence("What the donation page’s address had for it."), maxLength=REFERENCE_MAX),
        "amount": {
            "type": ["string", "number"],
            "description": sentence("In dollars: `25`, `1,234.50`. Nothing is rounded."),
        },
        "date": text(sentence("`2026-11-24` or `11/24/2026`.")),
    }
)
GIFTS: Schema = {"anyOf": [named("Gift"), listed(named("Gift"), maxItems=GIFTS_MAX)]}

OUTCOME = record(
    {
        "given": {**NUMBER, "description": sentence("Hand-overs that are marked as given, just now.")},
        "known": {**NUMBER, "description": sentence("Gifts that were told before.")},
        "unmatched": {
            **NUMBER,
            "description": sentence("Gifts that belong to no hand-over. They are stored all the same."),
        },
        "conflicts": {
            **NUMBER,
            "description": sentence("Gifts that were told before with another amount or day. The first stands."),
        },
        "bad": {**NUMBER, "description": sentence("Gifts that could not be read.")},
        "rows": listed(
            record({"row": NUMBER, "kind": text(enum=["unmatched", "conflict", "bad"]), "message": text()}),
            description=sentence("The gifts that somebody ought to look at, counted from 1."),
        ),
    }
)

ERROR = record(
    {
        "error": {
            **record(
                {
                    "code": text(sentence("A word for programs.")),
                    "message": text(sentence("A sentence for people.")),
                    "fields": {
                        "type": "object",
                        "additionalProperties": text(),
                        "description": sentence("What is wrong with which field, where one is to blame."),
                    },
                },
                "fields",
            )
        }
    }
)

DOCUMENT: Schema = {"type": "object", "required": ["openapi", "info", "servers", "paths", "components"]}

SCHEMAS: dict[str, Schema] = {
    "Query": QUERY,
    "Offices": OFFICES,
    "Office": OFFICE,
    "Counts": COUNTS,
    "Count": COUNT,
    "Card": CARD,
    "Gift": GIFT,
    "Gifts": GIFTS,
    "Outcome": OUTCOME,
    "Document": DOCUMENT,
    "Error": ERROR,
}
