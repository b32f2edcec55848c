"""`POST /api/v1/donations`: the operator of a donation page tells of gifts, signed with a secret that we share."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from campaign import clock, gifts
from campaign.errors import Malformed, NotFound, Unsigned
from campaign.gifts import FIELDS, Gift, Note
from campaign.web.extensions import bank, database, keys, settings
from campaign.web.i18n import say

bp = Blueprint("webhook", __name__, url_prefix="/api/v1")

HEADER = "Lifeline-Signature"
PATIENCE_SECONDS = 300
"""How far the sender's clock may be from ours. Within that time a message can be sent again, which is harmless."""
GIFTS_MAX = 1_000
BODY_BYTES = 512 * 1024


@bp.post("/donations")
def tell() -> ResponseReturnValue:
    """Take gifts in: `{id, amount, date}` or a list of those. A bad one among others is told and loses nothing else."""
    if not settings.webhook_secret:
        raise NotFound("There is no page at this address.")
    request.max_content_length = BODY_BYTES
    body = request.get_data(cache=False)
    _verify(settings.webhook_secret, request.headers.get(HEADER, ""), body)
    today = clock.day(settings, bank.campaign.zone)
    told: list[Gift] = []
    bad: list[Note] = []
    for row, one in enumerate(_read(body), start=1):
        try:
            if not isinstance(one, dict) or not all(isinstance(one.get(name), str) for name in FIELDS):
                raise Malformed("A gift is an object with text in `id`, `amount` and `date`.")
            told.append(gifts.parse_gift(row, one, today))
        except Malformed as problem:
            bad.append(Note(row, "bad", problem.msgid))
    outcome = gifts.Outcome(notes=bad)
    outcome.add(database.write(lambda session: gifts.record_gifts(session, keys, told, clock.wall())))
    notes = [{"row": note.row, "kind": note.kind, "message": say(note.text)} for note in outcome.notes]
    return jsonify(**outcome.counts(), rows=notes)


def _verify(secret: str, header: str, body: bytes) -> None:
    match = re.fullmatch(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", header)
    if not match:
        raise Unsigned("Sign the request in a header Lifeline-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256>.")
    expected = hmac.new(secret.encode(), match[1].encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, match[2]):
        raise Unsigned("The signature does not fit what was sent.")
    if abs(clock.wall().timestamp() - int(match[1])) > PATIENCE_SECONDS:
        raise Unsigned("The signature is older than five minutes, or of a time to come.")


def _read(body: bytes) -> list[Any]:
    """The gifts in a body. Numbers stay the text they were: no amount passes through a float."""
    try:
        given = json.loads(body.decode(), parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or brackets in brackets, by the thousand
        raise Malformed("Send JSON: a gift {id, amount, date}, or a list of gifts.") from None
    told = given if isinstance(given, list) else [given]
    if len(told) > GIFTS_MAX:
        raise Malformed("Send at most 1,000 gifts at once.")
    return told
