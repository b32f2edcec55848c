"""What programs may ask, address by address: the paths of the OpenAPI document, as data."""

from __future__ import annotations

from typing import Any

from campaign.web import webhook
from campaign.web.schemas import named, sentence

Operation = dict[str, Any]

JSON, SVG, XML = "application/json", "image/svg+xml", "text/xml"

TOO_LARGE = {
    "form": sentence("It has more than 4 megabytes."),
    "gifts": sentence("It has more than 512 kilobytes."),
}
ERRORS = {
    "400": sentence("The request cannot be understood: its query is not UTF-8, say, or its `Host` is no name."),
    "401": sentence("The signature is missing, wrong or old."),
    "403": sentence("Another site’s page sends it through a visitor’s browser. Send it from your own server."),
    "404": sentence("There is no such thing."),
    "405": sentence("The address does not take that method; `Allow` says which it takes."),
    "413": TOO_LARGE["form"],
    "422": sentence("A field cannot be what it should be. `fields` names it, where one is to blame."),
    "500": sentence("Something went wrong on our side."),
    "501": sentence("It is asked for in a form that is not written here."),
    "503": sentence("More come at once than can be served."),
}
"""What each status says that is an error, where an operation says nothing better."""

ALWAYS = ("400", "405", "500")


def _header(description: str, **schema: Any) -> dict[str, Any]:
    return {"description": description, "required": True, "schema": {"type": "string"} | schema}


CACHE_CONTROL = sentence("How long any cache may keep it.")
ETAG = _header(sentence("Changes with the answer. Send it back in `If-None-Match`."))
NOT_KEPT = {"Cache-Control": _header(sentence("It is kept nowhere."), const="no-store")}
READ_BY_ALL = {
    "Access-Control-Allow-Origin": _header(sentence("Scripts on every site may read it."), const="*"),
}
OF_ERRORS = {
    "405": {"Allow": _header(sentence("The methods that are taken."))},
    "503": {"Retry-After": _header(sentence("In how many seconds to come back."), pattern="^[0-9]+$")},
}


def _error(status: str, description: str | None) -> dict[str, Any]:
    return {
        "description": description or ERRORS[status],
        "headers": NOT_KEPT | OF_ERRORS.get(status, {}),
        "content": {JSON: {"schema": named("Error")}},
    }


def _parameter(name: str, description: str, where: str = "query", **schema: Any) -> dict[str, Any]:
    found = {"name": name, "in": where, "description": description, "schema": {"type": "string"} | schema}
    return found | ({"required": True} if where == "path" else {})


CODE = "[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?"
PARTNER = _parameter("p", sentence("A partner’s code."), pattern=f"^({CODE})?$")
PARTNER_IN_PATH = _parameter("partner", sentence("The partner’s code."), where="path", pattern=f"^{CODE}$")
KNOWN = _parameter("If-None-Match", sentence("The `ETag` of the answer that you have."), where="header")
PIXELS = {"pattern": "^(0{0,9}[1-9][0-9]{0,8})?$"}


def _public(
    name: str,
    summary: str,
    description: str,
    schema: str | None,
    *parameters: dict[str, Any],
    seconds: int,
    errors: dict[str, str | None],
    types: tuple[str, ...] = (JSON,),
) -> Operation:
    """A GET whose answer is the same for everybody, and kept by caches for so many seconds."""
    caching = {"Cache-Control": _header(CACHE_CONTROL, const=f"public, max-age={seconds}"), "ETag": ETAG}
    headers = caching | ({} if SVG in types else READ_BY_ALL)
    contents = {kind: {"schema": named(schema)} if schema and kind == JSON else {} for kind in types}
    answers = {
        "200": {"description": sentence("What was asked for."), "headers": headers, "content": contents},
        "304": {"description": sentence("Nothing has changed: what you have is still it."), "headers": headers},
    }
    told = dict.fromkeys(ALWAYS) | errors
    answers |= {status: _error(status, told[status]) for status in sorted(told)}
    described = {"operationId": name, "summary": summary, "description": description}
    return described | {"parameters": [*parameters, KNOWN], "responses": answers}


def _sent(
    name: str,
    summary: str,
    description: str,
    body: str,
    answer: str,
    *parameters: dict[str, Any],
    errors: dict[str, str | None],
) -> Operation:
    """A POST of JSON."""
    ok = {"description": sentence("What was asked for."), "headers": NOT_KEPT}
    answers = {"200": ok | {"content": {JSON: {"schema": named(answer)}}}}
    told: dict[str, str | None] = dict.fromkeys((*ALWAYS, "403", "413", "422", "503")) | errors
    answers |= {status: _error(status, told[status]) for status in sorted(told)}
    return {
        "operationId": name,
        "summary": summary,
        "description": description,
        "parameters": [*parameters],
        "requestBody": {"required": True, "content": {JSON: {"schema": named(body)}}},
        "responses": answers,
    }


NO_PARTNER: dict[str, str | None] = {"404": sentence("There is no such partner.")}

SIGNATURE = _parameter(
    webhook.HEADER,
    sentence(
        "`t=SECONDS,v1=HEX`: the time in seconds since 1970, and the HMAC-SHA256 of that number, a dot and the body, "
        "under the secret that the campaign and you share. It is good for five minutes."
    ),
    where="header",
    pattern="^t=[0-9]{1,12},v1=[0-9a-f]{64}$",
) | {"required": True}

PATHS: dict[str, dict[str, Operation]] = {
    "/api/v1/lookup": {
        "post": _sent(
            "look_up",
            sentence("Who represents an address in Congress"),
            sentence(
                "What you send is not stored. Ask by ZIP code alone at first, and send a street where `needs` says so: "
                "the Census Bureau is asked for it once, and what it says is remembered under a keyed hash, for six "
                "hours."
            ),
            "Query",
            "Offices",
            PARTNER,
            errors={"404": sentence("There can be no such ZIP code, or there is no such partner.")},
        )
    },
    "/api/v1/counts": {
        "get": _public(
            "count",
            sentence("The public figures, of the campaign or of one partner"),
            sentence(
                "What each counts stands at `/about/counting`. Figures by state and by partner below 5 are null, and "
                "sometimes others by which they could be worked out. They lag by some seconds."
            ),
            "Counts",
            PARTNER,
            seconds=10,
            errors=NO_PARTNER,
        )
    },
    "/embed/count.json": {
        "get": _public(
            "count_shortly",
            sentence("What the campaign’s badge shows"),
            sentence("The figure of the badge, for scripts."),
            "Count",
            seconds=60,
            errors={},
        )
    },
    "/embed/count/{partner}.json": {
        "get": _public(
            "count_shortly_for_partner",
            sentence("What a partner’s badge shows"),
            sentence("The figure of the badge, for scripts. Null below 5."),
            "Count",
            PARTNER_IN_PATH,
            seconds=60,
            errors=NO_PARTNER,
        )
    },
    "/embed/count.svg": {
        "get": _public(
            "badge",
            sentence("The campaign’s badge"),
            sentence("A picture of the count, for an `img` on any page."),
            None,
            seconds=60,
            errors={},
            types=(SVG,),
        )
    },
    "/embed/count/{partner}.svg": {
        "get": _public(
            "badge_for_partner",
            sentence("A partner’s badge"),
            sentence("A picture of the count, for an `img` on any page. Below 5 it says that it is withheld."),
            None,
            PARTNER_IN_PATH,
            seconds=60,
            errors=NO_PARTNER,
            types=(SVG,),
        )
    },
    "/oembed": {
        "get": _public(
            "card",
            sentence("What to show where somebody pastes a letter’s address"),
            sentence("As oEmbed has it: a frame without a form, whose button opens the letter."),
            "Card",
            _parameter("url", sentence("The address of a letter, or of the first page.")) | {"required": True},
            _parameter("format", sentence("`json`, which it is without it, or `xml`."), enum=["json", "xml", ""]),
            _parameter("maxwidth", sentence("Pixels that the frame may be wide."), **PIXELS),
            _parameter("maxheight", sentence("Pixels that it may be high."), **PIXELS),
            seconds=3600,
            errors={
                "404": sentence("It is not the address of a letter that can be written here."),
                "422": None,
                "501": None,
                "503": None,
            },
            types=(JSON, XML),
        )
    },
    "/api/v1/donations": {
        "post": _sent(
            "tell_of_gifts",
            sentence("Tell of gifts"),
            sentence(
                "For whoever runs a donation page, with a secret that the campaign has given out: one gift or a list "
                "of up to 1,000. Told again, it changes nothing. A gift that cannot be read is counted as bad and "
                "keeps no other from being taken in."
            ),
            "Gifts",
            "Outcome",
            SIGNATURE,
            errors={"401": None, "404": sentence("This campaign takes none."), "413": TOO_LARGE["gifts"]},
        )
    },
    "/api/v1/openapi.json": {
        "get": _public(
            "describe",
            sentence("This description, for programs"),
            sentence("An OpenAPI 3.1 document, from which clients can be made."),
            "Document",
            seconds=60,
            errors={"503": None},
        )
    },
}
