"""Whatever is typed beside the way to the letters: pledges, links, buttons, addresses of pages, and the look-up."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import select

from campaign import clock
from campaign.database import Database
from campaign.emails import parse_email
from campaign.errors import Malformed
from campaign.keys import Keys, link_hash
from campaign.models import Click, Delivery, Pledge, Supporter
from tests.hostile import BYTES, HALVES
from tests.web.conftest import MakeApp, SignIn
from tests.web.reading import Page
from tests.web.test_hostile import holds_controls, kept_of, nothing_stored, sent, write
from tests.web.visitor import Visitor, confirm_page, partner_page, private_page, rows

PROMISE = {"pledges": "call", "name": "Ana Reyes", "zip": "20001", "email": "ana@example.org"}


def is_address(text: str) -> bool:
    try:
        return bool(parse_email(text))
    except Malformed:
        return False


def test_a_promise_that_cannot_be_has_a_message_and_stores_nothing(
    visitor: Visitor, database: Database, texts: tuple[str, ...]
) -> None:
    skeletons = {}
    with nothing_stored(database):
        for text in texts:
            data = dict.fromkeys(
                ("pledges", "name", "zip", "state", "email", "may_contact", "may_share", "homepage", "opened"), text
            )
            status, page = sent(visitor, "/pledge", data, text)
            assert (status, page.errors["pledges"] != "", page.errors["state"] != "") == (422, True, True), text
            assert ("email" not in page.errors) == is_address(text), text
            for name in ("name", "zip", "email", "homepage"):
                assert set(page.fields[name]) <= kept_of(text), (name, text)
            assert page.skeleton == skeletons.setdefault("", page.skeleton), text


def test_a_promise_is_stored_whole_or_has_a_message(
    visitor: Visitor, database: Database, texts: tuple[str, ...]
) -> None:
    skeletons: dict[int, Any] = {}
    stored = 0
    for number, text in enumerate(texts):
        email = text if is_address(text) else f"person-{number}@example.org"
        data = {**PROMISE, "email": email, **dict.fromkeys(("name", "may_contact", "homepage", "opened"), text)}
        status, page = sent(visitor, "/pledge", data, text)
        assert status == 200 or page.errors.keys() == {"name"}, text
        assert status == 422 or not holds_controls(text), text
        assert page.skeleton == skeletons.setdefault(status, page.skeleton), text
        stored += status == 200
    found = rows(database)
    assert (found["supporters"], found["pledges"], found["confirm_links"], found["mails"]) == (
        stored,
        stored,
        stored,
        2 * stored,
    )


def test_whoever_asks_for_their_page(visitor: Visitor, database: Database, texts: tuple[str, ...]) -> None:
    visitor.post(*write(visitor))
    kit = visitor.press("Finish my letters").path
    with nothing_stored(database):
        for text in texts:
            status, page = sent(visitor, "/mine", {"email": text}, text)
            assert (status, not page.errors) == ((200, True) if is_address(text) else (422, False)), text
            assert set(page.fields["email"]) <= kept_of(text)
            if not is_address(text):
                answer = visitor.client.post(f"{kit}/mine", data={"email": text})
                assert (answer.status_code, 'id="email-error"' in answer.text) == (422, True), text
                assert f'value="{escape(text)}"' in answer.text, text
    for text in filter(is_address, texts):
        kit = visitor.finish().path
        before = rows(database).get("mails", 0)
        assert visitor.post(f"{kit}/mine", {"email": text}).status == 200
        assert rows(database)["mails"] <= before + 1


def test_buttons_take_no_words_but_their_own(
    app: Flask, visitor: Visitor, database: Database, texts: tuple[str, ...]
) -> None:
    """What is said of letters, which pledges are confirmed, and what came of them."""
    kit = visitor.finish(pledges=["call"], email="ana@example.org").path
    confirm, mine = confirm_page(app), f"/mine/{private_page(app, 'ana@example.org')}"
    with database.read() as session:
        pledge, delivery = session.scalars(select(Pledge.id)).one(), session.scalars(select(Delivery.id)).first()
    posts = {
        f"{kit}/ME-S1": "said",
        f"{mine}/said/{delivery}": "said",
        confirm: "pledges asked agreed",
        f"{mine}/agreed": "agreed",
        f"{mine}/pledges/{pledge}": "pledge",
    }
    with nothing_stored(database):
        for path, fields in posts.items():
            for text in texts:
                answer = visitor.client.post(path, data=dict.fromkeys(fields.split(), text))
                assert answer.status_code == 303, text
                assert text not in answer.location or len(text) < 3, text


def test_another_address_is_one_or_has_a_message(
    app: Flask, visitor: Visitor, database: Database, texts: tuple[str, ...]
) -> None:
    visitor.finish(pledges=["call"], email="ana@example.org")
    mine = f"/mine/{private_page(app, 'ana@example.org')}"
    before = rows(database)
    for text in texts:
        if is_address(text):
            assert visitor.client.post(f"{mine}/address", data={"email": text}).status_code == 303, text
            continue
        status, page = sent(visitor, f"{mine}/address", {"email": text}, text)
        assert (status, "email" in page.errors, set(page.fields["email"]) <= kept_of(text)) == (422, True, True), text
    assert rows(database) == {**before, "mails": before["mails"] + sum(map(is_address, texts))}


def test_what_stands_in_the_path_of_a_button(
    app: Flask, visitor: Visitor, database: Database, texts: tuple[str, ...]
) -> None:
    visitor.finish(pledges=["call"], email="ana@example.org")
    mine = f"/mine/{private_page(app, 'ana@example.org')}"
    with nothing_stored(database):
        for text in texts:
            part = quote(text, safe="")
            assert visitor.client.post(f"{mine}/letters/{part}").status_code in (404, 405), text
            for path in (f"/address/{part}", f"/partner/{part}", f"/partner/{part}/list", f"/partner/list/{part}"):
                for answer in (visitor.client.get(path), visitor.client.post(path)):
                    assert answer.status_code in (404, 405), (path, text)


def test_the_organizers_look_for_anything(database: Database, sign_in: SignIn, texts: tuple[str, ...]) -> None:
    room = sign_in().open("/organize/batches")
    path, fields = room.filled("Look how many")
    names = ("noun", "network", "domain", "words", "words_mark", "partner", "since", "until", "quarantined_for")
    with nothing_stored(database):
        for text in texts:
            for chosen in (names, ("words",)):
                data = {**fields.to_dict(), **dict.fromkeys(chosen, text)}
                status, page = sent(room, path, data, text)
                wrong = {"noun", "partner", "since", "until", "network", "words_mark", "quarantined_for", "domain"}
                assert status == (422 if chosen is names and page.errors else 200), text
                assert page.errors.keys() <= wrong, text
                assert chosen is not names or page.errors.keys() >= {"noun", "partner"}, text
                assert page.heading == "Quarantine"
                assert room.client.post("/organize/batches/", data={**data, "action": text}).status_code == 422, text


def test_who_is_sure_is_sure_whatever_the_word(
    visitor: Visitor, database: Database, keys: Keys, texts: tuple[str, ...]
) -> None:
    tokens = [f"{number:032}" for number in range(len(texts))]
    made = [
        {
            "email_hash": token,
            "sealed_email": keys.seal("ana@example.org"),
            "mine_hash": link_hash(token),
            "created_at": clock.wall(),
        }
        for token in tokens
    ]
    database.write(lambda session: session.bulk_insert_mappings(Supporter.__mapper__, made))
    for left, (token, text) in enumerate(zip(tokens, texts, strict=True), 1 - len(texts)):
        status, page = sent(visitor, f"/mine/{token}/erase", {"sure": text}, text)
        assert (status, page.heading, rows(database).get("supporters", 0)) == (
            200,
            "Everything about you is erased",
            -left,
        )


NUMBERS = (2**31 - 1, 2**31, 2**32, 2**63 - 1, 2**63, 2**64, 10**30, 10**4000)


@pytest.mark.parametrize("kind", ["database", "postgresql_database"])
def test_what_a_database_has_no_room_for(request: pytest.FixtureRequest, make_app: MakeApp, kind: str) -> None:
    database: Database = request.getfixturevalue(kind)
    url = database.url.render_as_string(hide_password=False)
    app = make_app(database_url=url)
    visitor = Visitor(app.test_client())
    kit = visitor.finish(pledges=["call"], email="ana@example.org").path
    confirm, mine = confirm_page(app), f"/mine/{private_page(app, 'ana@example.org')}"
    with nothing_stored(database):
        for number in NUMBERS:
            for path, word in (("said", {"said": "sent"}), ("pledges", {"pledge": "done"})):
                assert visitor.post(f"{mine}/{path}/{number}", word).status == 404, (path, number)
        many = [f"x{number}" for number in range(70_000)]
        for path, data in (
            (confirm, {"pledges": many}),
            (f"{kit}/ME-S1", {"said": many}),
            (f"{kit}/%00", {"said": "sent"}),
            (confirm, {"pledges": ["\x00", "call\x00"]}),
            (f"{confirm}%00", {"pledges": "call"}),
            (f"{mine}/pledges/1", {"pledge": "\x00"}),
        ):
            refused = (413,) if many in data.values() else ()
            assert visitor.post(path, data).status in (200, 404, *refused), path
        for path in ("/pledge?p=%00", "/donate/%00", f"{kit}%00"):
            assert visitor.open(path).status in (404, 422), path
    for path in ("/donate/give?p=a%00", "/donate/give?letter=%00", "/donate/give?state=%00"):
        assert visitor.client.get(path).status_code == 303, path


@pytest.mark.anywhere
def test_what_stands_in_an_address_is_not_shown_at_all(
    visitor: Visitor, database: Database, texts: tuple[str, ...]
) -> None:
    visitor.post(*write(visitor))
    kit = visitor.press("Finish my letters", email="ana@example.org").path
    mine = f"/mine/{private_page(visitor.client.application, 'ana@example.org')}"
    asked = [
        ("/", "p"),
        ("/letters/protect-parole", "p"),
        ("/pledge", "p"),
        ("/api/v1/counts", "p"),
        (kit, "p"),
        (mine, "said"),
    ]
    asked += [(f"/partner/{partner_page(visitor.client.application, 'parish', 'office@parish.example')}", "said")]
    asked += [("/organize/", "by"), (kit, "said"), ("/no-such-page", "q"), ("/pledge", "state")]
    headers = {"User-Agent": "x", "Accept-Language": "xx"}
    with nothing_stored(database):
        for path, name in asked:
            expected = None
            for text in texts:
                answer = visitor.client.get(path, query_string={name: text}, headers=headers)
                assert answer.status_code < 500, (path, text)
                text_of_page = re.sub(r'(name="opened" value=")[^"]+', r"\1", answer.text)
                found = (answer.status_code, text_of_page, answer.headers.get("Location"))
                expected = expected or found
                assert found == expected, (path, name, text)


def test_whoever_wants_to_give_is_handed_on_whatever_the_link_says(
    visitor: Visitor, database: Database, texts: tuple[str, ...]
) -> None:
    for text in texts:
        answer = visitor.client.get("/donate/give", query_string=dict.fromkeys(("p", "letter", "state"), text))
        assert (answer.status_code, answer.headers["Location"]) == (303, "https://www.example.org/donate"), text
    with database.read() as session:
        found = session.execute(select(Click.partner, Click.letter, Click.state)).all()
    assert (len(found), set(found)) == (len(texts), {(None, None, None)})


def test_the_look_up_takes_each_field_or_names_it(visitor: Visitor, database: Database, texts: tuple[str, ...]) -> None:
    with nothing_stored(database):
        for text in (*texts, *HALVES):
            for names in ("zip street city state", "street city", "state"):
                asked = {"zip": "20001", **dict.fromkeys(names.split(), text)}
                answer = visitor.client.post("/api/v1/lookup", data=json.dumps(asked), content_type="application/json")
                assert answer.mimetype == "application/json"
                if answer.status_code == 422:
                    assert answer.json is not None
                    assert answer.json["error"]["fields"].keys() <= {*names.split(), "zip"}, text
                else:
                    assert (answer.status_code, text in HALVES) == (200, False), text
                    assert names == "street city" or not text.strip(), text


@pytest.mark.parametrize("path", ["/pledge", "/mine", "/letters/protect-parole"])
def test_bytes_that_are_no_text(visitor: Visitor, database: Database, path: str) -> None:
    with nothing_stored(database):
        for raw in BYTES:
            for name in ("zip", "email", "story-tie"):
                begin = b"pledges=call&zip=x&"
                for body in (begin + f"{name}={quote_from_bytes(raw)}".encode(), begin + name.encode() + b"=" + raw):
                    answer = visitor.client.post(path, data=body, content_type="application/x-www-form-urlencoded")
                    assert answer.status_code in (400, 413, 422), (name, raw)
                    assert Page(answer.text).heading
                part = f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
                for kind in (b"", b"; charset=utf-7", b"; charset=latin-1"):
                    typed = part.replace(b"\r\n\r\n", b"\r\nContent-Type: text/plain" + kind + b"\r\n\r\n")
                    answer = visitor.client.post(
                        path, data=typed + raw + b"\r\n--x--\r\n", content_type="multipart/form-data; boundary=x"
                    )
                    assert answer.status_code in (400, 422), (name, raw)
                    assert Page(answer.text).heading
