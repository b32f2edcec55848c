"""Partners in the organizers' room: added, changed, paused, and given links, by whoever may."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from campaign import partners
from campaign.database import Database
from campaign.models import Entry
from campaign.partners import Partner
from tests.web.conftest import SignIn
from tests.web.visitor import Visitor


def acts(database: Database) -> list[str]:
    with database.read() as session:
        rows = session.scalars(select(Entry).order_by(Entry.id))
        return [f"{row.action} {row.about}" for row in rows if row.action != "signed_in"]


def found(database: Database, code: str) -> Partner:
    with database.read() as session:
        partner = partners.find(session, code)
    assert partner is not None
    return partner


def add(
    visitor: Visitor, code: str = "parish", name: str = "The Parish", origins: str = "https://a.example"
) -> Visitor:
    return visitor.open("/organize/partners/new").press("Add", code=code, name=name, origins=origins)


def test_a_partner_is_added_and_stands_in_the_list(sign_in: SignIn, database: Database) -> None:
    visitor = sign_in()
    page = add(visitor, origins="https://a.example\r\n\r\n  HTTPS://B.example:8443/ \n")
    assert (page.path, page.heading) == ("/organize/partners/parish", "The Parish")
    assert found(database, "parish").origins == ("https://a.example", "https://b.example:8443")
    row = visitor.open("/organize/partners").soup.select_one("tbody tr")
    assert row is not None
    assert row.get_text(" ", strip=True) == "The Parish parish 0 a.example, b.example:8443 open"
    assert acts(database) == ["partner_added parish"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("code", "No Code", "A partner's code has up to 32"),
        ("code", "riverside", "There is a partner with the code"),
        ("name", " ", "A partner needs a name."),
        ("origins", "", "Name at least one origin"),
        ("origins", "https://fine.example\nhttps://bad.example/path", "'https://bad.example/path' is not an origin."),
        ("origins", "javascript:alert(1)", "'javascript:alert(1)' is not an origin."),
        ("origins", "http://plain.example", "'http://plain.example' is not an origin."),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_the_rest_is_kept(
    sign_in: SignIn, database: Database, riverside: Partner, field: str, value: str, message: str
) -> None:
    page = add(sign_in(), **{field: value})
    assert page.status == 422
    assert message in page.error(field)
    kept = {"code": "parish", "name": "The Parish", "origins": "https://a.example"} | {field: value}
    assert {name: page.value(name).split() for name in kept} == {name: text.split() for name, text in kept.items()}
    assert acts(database) == []


def test_a_partner_is_changed(sign_in: SignIn, database: Database, riverside: Partner) -> None:
    visitor = sign_in().open("/organize/partners/riverside")
    page = visitor.press("Save", name="Riverside Meeting", origins="https://new.example")
    assert page.notice == "Saved."
    assert (found(database, "riverside").name, found(database, "riverside").origins) == (
        "Riverside Meeting",
        ("https://new.example",),
    )
    page = visitor.press("Save", name="Riverside Meeting", origins="nonsense")
    assert (page.status, page.value("origins").strip()) == (422, "nonsense")
    assert found(database, "riverside").origins == ("https://new.example",)


def test_of_two_who_change_it_at_once_the_second_sees_what_the_first_did(
    sign_in: SignIn, database: Database, riverside: Partner
) -> None:
    one, other = (
        sign_in(email=email).open("/organize/partners/riverside") for email in ("a@example.org", "b@example.org")
    )
    one.press("Save", name="First", origins="https://first.example\nhttps://second.example")
    page = other.press("Save", name="Second", origins="https://other.example")
    assert (page.status, page.value("name")) == (409, "Second")
    assert "First https://first.example, https://second.example" in page.notice
    assert found(database, "riverside").name == "First"
    assert page.press("Save").notice == "Saved."
    assert found(database, "riverside").name == "Second"


def test_a_new_private_link_is_shown_once_and_ends_the_one_before(
    app: Flask, sign_in: SignIn, database: Database, riverside: Partner
) -> None:
    visitor = sign_in()

    def link() -> str:
        page = visitor.open("/organize/partners/riverside").press("Make a new link")
        shown = page.soup.select_one("code.snippet")
        assert shown is not None
        return shown.get_text().partition("localhost")[2] or shown.get_text().partition(":8000")[2]

    def opens(path: str) -> int:
        return app.test_client().get(path).status_code

    first = link()
    assert opens(first) == 200
    second = link()
    assert (opens(first), opens(second)) == (404, 200)
    assert second.rpartition("/")[2] not in visitor.open("/organize/partners/riverside").response.text
    visitor.press("End the link")
    assert opens(second) == 404
    assert acts(database) == ["partner_link riverside"] * 2 + ["partner_unlinked riverside"]


def test_the_contact_address_is_shown_masked_and_forgotten(
    sign_in: SignIn, database: Database, riverside: Partner
) -> None:
    visitor = sign_in().open("/organize/partners/riverside")
    assert visitor.press("Write to this address", email="nobody").error("email") != ""
    assert visitor.value("email") == "nobody"
    page = visitor.press("Write to this address", email="office@riverside.example")
    assert "office@" not in page.response.text
    assert "@riverside.example" in page.text
    assert "None is known." in page.press("Forget the address").text
    assert acts(database) == ["partner_email riverside"] * 2


def test_a_partner_is_paused_and_goes_on(sign_in: SignIn, database: Database, riverside: Partner) -> None:
    visitor = sign_in().open("/organize/partners/riverside").press("Pause this partner")
    assert found(database, "riverside").paused
    assert visitor.notice.startswith("Paused")
    visitor.press("Let it go on")
    assert not found(database, "riverside").paused


@pytest.mark.parametrize(("role", "status"), [(None, 302), ("viewer", 403), ("organizer", 200)])
def test_each_role(visitor: Visitor, sign_in: SignIn, riverside: Partner, role: str | None, status: int) -> None:
    who = sign_in(role) if role else visitor
    for path in ("", "/new", "/riverside"):
        assert who.client.get(f"/organize/partners{path}").status_code == status
    token = who.open("/organize/account" if role else "/organize/sign-in").value("csrf_token")
    for path in ("", "/riverside", "/riverside/pause", "/riverside/link", "/riverside/contact", "/gone/pause"):
        answer = who.client.post(f"/organize/partners{path}", data={"csrf_token": token})
        assert answer.status_code in ({200: (200, 303, 404, 409, 422)}.get(status, (status,))), path
    assert who.client.post("/organize/partners/riverside/pause").status_code in (302, 400, 403), "without a token"
