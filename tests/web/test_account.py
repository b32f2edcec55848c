"""What organizers do with their own account, and admins with those of others."""

from __future__ import annotations

import re
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select

from campaign import audit, clock, organizers, passwords
from campaign.database import Database
from campaign.delivery import outbox
from campaign.keys import Keys
from campaign.models import Entry, Organizer
from campaign.throttle import FREE
from tests.web.conftest import MakeApp, SignIn
from tests.web.visitor import Visitor, mailed

PASSWORD = "four words do well"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


def acts(database: Database) -> list[str]:
    with database.read() as session:
        rows = session.scalars(select(Entry).order_by(Entry.id))
        return [f"{row.action} {row.about}".strip() for row in rows if row.action not in ("signed_in", "link_made")]


def set_password(visitor: Visitor, password: str = PASSWORD, **more: str) -> Visitor:
    button = "Change the password" if more else "Set a password"
    return visitor.open("/organize/account").press(button, password=password, **more)


def set_factor(visitor: Visitor) -> tuple[str, list[str]]:
    """Set up a second factor: its secret, and the recovery codes."""
    page = visitor.open("/organize/account/factor")
    code = page.soup.select_one("details code")
    assert code is not None
    secret = code.get_text().replace(" ", "")
    page.press("Turn it on", code=pyotp.TOTP(secret).now())
    assert page.heading == "Your recovery codes"
    return secret, [tag.get_text() for tag in page.soup.select(".codes code")]


def test_a_password_is_set_and_changed_by_whoever_knows_it(app: Flask, sign_in: SignIn, database: Database) -> None:
    visitor, other = sign_in("admin"), Visitor(app.test_client())
    assert set_password(visitor, "short").error("password").startswith("A password has at least 12")
    assert set_password(visitor).notice == "Your password is set. Other browsers are signed out."
    other.open("/organize/sign-in").press("Sign in", email="admin@example.org", password=PASSWORD)
    assert other.heading == "Figures"
    assert set_password(visitor, "another five words here", current="wrong").error("current") != ""
    assert set_password(visitor, "another five words here", current=PASSWORD).status == 200
    assert visitor.open("/organize/").heading == "Figures"
    assert other.open("/organize/").heading == "Organizers", "signed out by the change"
    other.open("/organize/sign-in").press("Sign in", email="admin@example.org", password=PASSWORD)
    assert other.status == 403
    assert acts(database) == ["password_set", "password_set"]


@pytest.mark.parametrize("button", ["Set a password", "Sign out everywhere"])
def test_links_that_were_mailed_before_end_with_the_sessions(
    app: Flask, sign_in: SignIn, database: Database, keys: Keys, button: str
) -> None:
    visitor = sign_in()
    link = database.write(lambda session: organizers.new_link(session, keys, 1, clock.wall()))
    visitor.open("/organize/account").press(button, **({"password": PASSWORD} if button.startswith("Set") else {}))
    assert Visitor(app.test_client()).open(f"/organize/sign-in/{link}").press("Sign in").status == 404


def test_a_session_that_was_left_open_does_not_give_the_password_away(sign_in: SignIn) -> None:
    visitor = set_password(sign_in())
    for _ in range(FREE):
        assert set_password(visitor, "another five words here", current="a guess").status == 422
    assert set_password(visitor, "another five words here", current=PASSWORD).status == 422, "throttled"


def test_a_second_factor_is_set_up_used_and_turned_off(sign_in: SignIn, database: Database) -> None:
    visitor = set_password(sign_in())
    page = visitor.open("/organize/account/factor")
    assert page.soup.select_one(".qr svg path") is not None
    assert "style=" not in str(page.soup.select_one(".qr"))
    assert page.press("Turn it on", code="123").error("code") != ""
    secret, codes = set_factor(visitor)
    assert len(codes) == 10
    page = visitor.open("/organize/account")
    assert "You have 10 recovery codes left." in page.text
    assert page.press("Turn it off", proof="wrong").error("proof") != ""
    assert page.press("Make new recovery codes", proof=codes[0]).heading == "Your recovery codes"
    assert visitor.open("/organize/account").press("Turn it off", proof=PASSWORD).notice == "The second factor is off."
    assert acts(database) == ["password_set", "factor_on", "recovery_made", "factor_off"]
    assert secret


def test_a_factor_is_not_replaced_without_turning_it_off(sign_in: SignIn, app: Flask) -> None:
    visitor = sign_in()
    page = visitor.open("/organize/account/factor")
    path, data = page.filled("Turn it on")
    code = page.soup.select_one("details code")
    assert code is not None
    data["code"] = pyotp.TOTP(code.get_text().replace(" ", "")).now()
    set_factor(visitor)
    data["csrf_token"] = visitor.open("/organize/account").value("csrf_token")
    assert visitor.post(path, data).heading == "Your account"


def test_a_secret_of_somebody_elses_is_not_taken(sign_in: SignIn) -> None:
    one, other = sign_in("organizer"), sign_in("viewer")
    path, data = one.open("/organize/account/factor").filled("Turn it on")
    page = other.open("/organize/account/factor")
    for sealed in (data["sealed"], "", "x"):
        page.open("/organize/account/factor").press("Turn it on", sealed=sealed, code="123456")
        assert (page.status, page.error("code")) == (200, ""), "a new one is shown"
    assert path


@pytest.mark.parametrize(
    ("public_url", "needed"),
    [("http://127.0.0.1:8000", False), ("http://localhost", False), ("https://act.example", True)],
)
def test_admins_set_up_a_second_factor_first_unless_at_home(
    make_app: MakeApp, sign_in: SignIn, public_url: str, needed: bool
) -> None:
    app = make_app(public_url=public_url)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(app.config, "SESSION_COOKIE_SECURE", False)
        patch.setitem(app.config, "SESSION_COOKIE_NAME", "organizer")
        visitor = sign_in("admin", app=app)
        path = visitor.path
        assert (path == "/organize/account/factor") == needed
        for page in ("/organize/", "/organize/people", "/organize/pledges.csv"):
            assert (visitor.open(page).path == "/organize/account/factor") == needed
        assert visitor.open("/organize/account").path == "/organize/account"
        if needed:
            set_factor(visitor)
            assert visitor.open("/organize/people").heading == "Organizers"
        assert sign_in("organizer", app=app).path == "/organize/"


def test_each_browser_is_listed_and_can_be_signed_out(app: Flask, sign_in: SignIn, database: Database) -> None:
    visitor = set_password(sign_in())
    others = [Visitor(app.test_client()) for _ in range(2)]
    for other in others:
        other.open("/organize/sign-in").press("Sign in", email="organizer@example.org", password=PASSWORD)
    rows = visitor.open("/organize/account").soup.select(".people > li")
    assert [("this one" in row.get_text()) for row in rows].count(True) == 1
    assert len(rows) == 3
    number = next(row for row in rows if "this one" not in row.get_text()).form["action"]  # type: ignore[index]
    visitor.post(str(number), {"csrf_token": visitor.value("csrf_token")})
    assert [other.open("/organize/").heading for other in others].count("Figures") == 1
    visitor.open("/organize/account").press("Sign out everywhere")
    assert visitor.notice == "You are signed out, here and everywhere else."
    assert [other.open("/organize/").heading for other in [visitor, *others]] == ["Organizers"] * 3
    assert acts(database)[-2:] == ["session_ended", "signed_out_everywhere"]


def test_somebody_elses_session_is_not_to_be_ended(sign_in: SignIn) -> None:
    one, other = sign_in("organizer"), sign_in("viewer")
    token = other.open("/organize/account").value("csrf_token")
    assert other.post("/organize/account/sessions/1/end", {"csrf_token": token}).status == 404
    assert one.open("/organize/").heading == "Figures"


def invite(visitor: Visitor, email: str, role: str = "organizer") -> Visitor:
    return visitor.open("/organize/people").press("Send the invitation", email=email, role=role)


def test_an_invitation_is_a_link_by_mail(app: Flask, sign_in: SignIn, database: Database) -> None:
    admin = sign_in("admin")
    assert invite(admin, "New@example.org").notice.startswith("The invitation is on its way to new@example.org.")
    (mail,) = mailed(app, "sign_in")
    assert "admin@example.org invites you" in mail
    path = re.search(r"http://[^/]+(/organize/sign-in/\S+)", mail)
    assert path is not None
    new = Visitor(app.test_client()).open(path[1]).press("Sign in")
    assert new.heading == "Figures"
    assert "new@example.org" in new.text
    assert invite(admin, "new@example.org").error("email") == "This address has an account."
    assert invite(admin, "no address").error("email") != ""
    assert invite(admin, "third@example.org", "owner").error("role") != ""
    assert admin.value("email") == "third@example.org"
    admin.open("/organize/people").press("Mail a new sign-in link")
    assert len(mailed(app, "sign_in")) == 2
    assert acts(database) == ["invited new@example.org (organizer)", "link_sent new@example.org"]


def test_an_invitation_that_cannot_leave_makes_no_account(sign_in: SignIn, database: Database) -> None:
    admin = sign_in("admin")
    for _ in range(outbox.MOST):
        assert invite(admin, "new@example.org").notice.startswith("The invitation is on its way")
        admin.press("Remove it for good")
    assert invite(admin, "new@example.org").error("email").startswith("Enough of these mails have left for one day.")
    with database.read() as session:
        assert session.scalars(select(Organizer.email)).all() == ["admin@example.org"]


def test_roles_are_changed_and_accounts_removed(sign_in: SignIn, database: Database) -> None:
    admin, viewer = sign_in("admin"), sign_in("viewer")
    admin.open("/organize/people").press("Change the role", role="organizer")
    assert viewer.open("/organize/batches").status == 200
    admin.open("/organize/people").press("Remove it for good")
    assert admin.notice == "The account of viewer@example.org is removed."
    assert viewer.open("/organize/").heading == "Organizers"
    assert acts(database) == ["role_changed viewer@example.org (organizer)", "removed viewer@example.org"]


@pytest.mark.parametrize("path", ["role", "remove", "link"])
def test_what_has_gone_meanwhile_is_said_and_ones_own_account_is_not_touched(
    sign_in: SignIn, database: Database, path: str
) -> None:
    admin = sign_in("admin")
    token = admin.open("/organize/people").value("csrf_token")
    gone = admin.post(f"/organize/people/99/{path}", {"csrf_token": token, "role": "viewer"})
    assert (gone.status, gone.notice) == (404, "This account is not there any more.")
    if path != "link":
        own = admin.post(f"/organize/people/1/{path}", {"csrf_token": token, "role": "viewer"})
        assert own.status == 409
    with database.read() as session:
        assert session.scalars(select(Organizer.role)).all() == ["admin"]


ADMINS = [("GET", "/organize/people"), ("GET", "/organize/log"), ("POST", "/organize/people")]
ADMINS += [("POST", f"/organize/people/1/{act}") for act in ("role", "remove", "link")]


@pytest.mark.parametrize("role", [None, "viewer", "organizer"])
def test_admins_pages_are_for_admins(visitor: Visitor, sign_in: SignIn, role: str | None) -> None:
    who = sign_in(role) if role else visitor.open("/organize/sign-in")
    token = (who.open("/organize/account") if role else who).value("csrf_token")
    for method, path in ADMINS:
        answer = who.client.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
        assert answer.status_code == (403 if role else 302), path


def test_the_log_says_who_did_what_in_pages_and_by_filter(
    sign_in: SignIn, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(session: Any) -> None:
        for number in range(7):
            who = "ben@example.org" if number % 2 else ""
            audit.note(session, who, "exported" if number % 2 else "link_made", f"<b>{number}", now=clock.wall())

    database.write(fill)
    monkeypatch.setattr("campaign.web.log.AT_ONCE", 3)
    admin = sign_in("admin")

    def rows() -> list[str]:
        return [tag.get_text(" ", strip=True) for tag in admin.soup.select("tbody td:nth-of-type(1)")]

    admin.open("/organize/log")
    assert rows() == ["Signed in", "Made a sign-in link on the command line for <b>6", "Downloaded <b>5"]
    older = next(tag for tag in admin.soup.find_all("a") if tag.get_text() == "Older ones")
    admin.open(str(older["href"]))
    assert [row[-1] for row in rows()] == ["4", "3", "2"]
    ben = next(tag for tag in admin.soup.select("#who option") if tag.get_text() == "ben@example.org")
    assert "@" not in str(ben["value"]), "an address of email stands in no address of a page"
    admin.open(f"/organize/log?who={ben['value']}&action=exported")
    assert [row[-1] for row in rows()] == ["5", "3", "1"]
    assert admin.open("/organize/log?who=nobody&action=x&before=x").status == 200
    assert rows() == ["Nothing."]


HUGE = 10**30


def test_what_no_database_can_have_is_not_found(
    make_app: MakeApp, any_database: Database, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaign.app.Database", lambda *_: any_database)
    admin = Visitor(make_app().test_client())
    link = any_database.write(lambda s: organizers.add(s, keys, "ana@example.org", role="admin", now=clock.wall()))
    admin.open(f"/organize/sign-in/{link}").press("Sign in")
    for query in (
        "organizer=%00",
        "action=%00",
        "organizer=%ED%A0%80",
        f"before={HUGE}",
        f"before=-{HUGE}",
        "before=0",
    ):
        assert admin.open(f"/organize/log?{query}").status == 200, query
    token = admin.open("/organize/people").value("csrf_token")
    for number in (2**31 - 1, HUGE):
        for path in ("people/{}/remove", "people/{}/role", "people/{}/link", "account/sessions/{}/end"):
            data = {"csrf_token": token, "role": "viewer"}
            assert admin.post(f"/organize/{path.format(number)}", data).status == 404, (path, number)
