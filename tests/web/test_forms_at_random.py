"""Whatever is posted to whatever takes a post from anybody: it is answered, and no answer says it back as markup."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import just
from markupsafe import escape
from werkzeug.test import TestResponse

from campaign import clock, organizers, sharing
from campaign.web.extensions import Parts
from tests.web.conftest import MakeApp
from tests.web.programs import SECRET, sign
from tests.web.sendings import MARK, Pairs, Sending, sendings
from tests.web.test_headers import routes
from tests.web.visitor import ANSWERS, Visitor, confirm_page, fields_of, mailed, partner_page, private_page

DOOR = ("/organize/sign-", "/organize/code")
"""What of the organizers' room is open to everybody: its door."""

FIRST, LAST = ("/mine/", "/organize/sign-in/"), ("/erase", "/address")
"""How paths begin whose links end when others are asked for; and end, after which there is nobody left."""

OFFICE = "office@parish.example"
PROMISE = {"name": "Bea Reyes", "zip": "04101", "email": "bea@example.org", "pledges": ["call"]}


def targets(app: Flask) -> tuple[FlaskClient, dict[str, Pairs]]:
    """Somebody's browser, and every path that takes a post from anybody, with the fields of an honest one."""
    visitor = Visitor(app.test_client())
    honest: dict[str, Pairs] = {}
    for frame in ("", "/embed"):
        last = visitor.open(f"{frame}/letters/protect-parole").filled("Find my offices", zip="04101")
        steps = (("Read my letters", ANSWERS), ("Finish my letters", {"email": "ana@example.org", "pledges": ["call"]}))
        for button, filled in steps:
            honest[urlsplit(last[0]).path] = list(last[1].items(multi=True))
            last = visitor.post(*last).filled(button, **filled)
        honest[urlsplit(last[0]).path] = list(last[1].items(multi=True))
        _note_forms(honest, visitor.post(*last))
    kit = visitor.path.rpartition("/")[2]
    confirm, page = confirm_page(app), private_page(app, "ana@example.org")
    partner = partner_page(app, "parish", OFFICE)
    found = dict(routes(app, "POST", kit, page, confirm.removeprefix("/confirm/"), partner))
    parts: Parts = app.extensions["campaign"]
    listed = f"/partner/list/{sharing.link(parts.keys, 'parish', OFFICE, clock.wall())}"
    secret = parts.database.write(
        lambda session: organizers.add(session, parts.keys, "ora@example.org", role="viewer", now=clock.wall())
    )
    visitor.open(f"/mine/{page}").press("Mail me the link", email="ben@example.org")
    (moving,) = re.findall(r"/address/[^\s]+", mailed(app, "new_address")[-1])
    for path in (f"/kit/{kit}", f"/mine/{page}", "/mine", confirm, moving, listed):
        _note_forms(honest, visitor.open(path))
    for path in ("/organize/sign-in", f"/organize/sign-in/{secret}"):
        _note_forms(honest, visitor.open(path))
    for path in ("/pledge", "/embed/pledge"):
        to, data = visitor.open(path).filled("I promise", **PROMISE)
        honest[urlsplit(to).path] = list(data.items(multi=True))
    open_to_all = [path for path in found.values() if not path.startswith("/organize/") or path.startswith(DOOR)]
    paths = sorted({*open_to_all, *honest}, key=lambda path: (path.endswith(LAST), not path.startswith(FIRST), path))
    return visitor.client, {path: honest.get(path, []) for path in paths}


def _note_forms(honest: dict[str, Pairs], visitor: Visitor) -> None:
    for form in visitor.soup.find_all("form", {"method": "post"}):
        honest[urlsplit(str(form.get("action") or visitor.path)).path] = fields_of(form)


def check(path: str, answer: TestResponse) -> None:
    """What must hold of an answer, whatever was sent."""
    assert answer.status_code < 500, path
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert MARK not in answer.headers.get("Location", "")
    if answer.mimetype == "text/html":
        assert MARK not in answer.text.lower(), path
    else:
        assert answer.mimetype in ("application/json", "text/csv", "text/plain"), path


def post_anything(app: Flask, examples: int) -> Counter[tuple[str, int]]:
    """Post so many things to every path. Counts which paths gave which statuses, and how often one said it back."""
    client, found = targets(app)
    seen: Counter[tuple[str, int]] = Counter()
    quick = settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for target, honest in found.items():

        def post(sending: Sending, path: str) -> None:
            headers = {"Lifeline-Signature": sign(sending.body)} if path.endswith("/donations") else {}
            answer = client.post(path, data=sending.body, content_type=sending.content_type, headers=headers)
            check(path, answer)
            seen[path, answer.status_code] += 1
            seen["said back", 0] += str(escape(MARK)) in answer.text

        quick(given(sending=sendings(honest), path=just(target))(post))()
    assert {path for path, _ in seen} == {*found, "said back"}
    return seen


@pytest.fixture
def takes_gifts(make_app: MakeApp) -> Flask:
    return make_app(webhook_secret=SECRET)


def test_whatever_is_posted_is_answered_and_never_said_back_as_markup(takes_gifts: Flask) -> None:
    seen = post_anything(takes_gifts, 8)
    assert seen["said back", 0] > 5
    assert {status for _, status in seen} >= {200, 303, 400, 404, 422}


@pytest.mark.soak
def test_five_hundred_of_each(takes_gifts: Flask) -> None:
    post_anything(takes_gifts, 500)
