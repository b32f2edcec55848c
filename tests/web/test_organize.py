"""The organizers' room: who gets in, for how long, and what each role may do there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from flask import Flask

from campaign import clock, organizers
from campaign.database import Database
from campaign.keys import Keys
from tests.totals import bring_all
from tests.web.conftest import MakeApp, SignIn
from tests.web.visitor import Visitor

USED = "This link has been used, or has expired."
Link = Callable[..., str]


@pytest.fixture
def link(database: Database, keys: Keys) -> Link:
    """Makes an account and the path of its sign-in link, made so long ago."""

    def link(email: str = "ora@example.org", ago: timedelta = timedelta()) -> str:
        secret = database.write(
            lambda session: organizers.add(session, keys, email, role="organizer", now=clock.wall() - ago)
        )
        return f"/organize/sign-in/{secret}"

    return link


def is_in(visitor: Visitor) -> bool:
    return visitor.open("/organize/").heading == "Figures"


def test_a_link_signs_in_once(app: Flask, link: Link) -> None:
    path = link()
    first, second = Visitor(app.test_client()), Visitor(app.test_client())
    first.open(path)
    second.open(path)
    first.press("Sign in")
    assert (first.path, first.heading) == ("/organize/", "Figures")
    second.press("Sign in")
    assert (second.status, second.notice) == (404, USED)
    assert (is_in(first), is_in(second)) == (True, False)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_a_link_does_not_use_it_up(visitor: Visitor, link: Link, method: str) -> None:
    path = link()
    for _ in range(3):
        assert visitor.client.open(path, method=method).status_code == 200
    assert not is_in(visitor)
    assert visitor.open(path).press("Sign in").heading == "Figures"


def test_a_link_that_is_worth_nothing_looks_like_any_other(app: Flask, visitor: Visitor, link: Link) -> None:
    used = link("a@example.org")
    Visitor(app.test_client()).open(used).press("Sign in")
    answers = set()
    for path in (used, link("b@example.org", ago=timedelta(hours=25)), "/organize/sign-in/unknown"):
        page = visitor.open(path)
        assert (page.status, "This link signs you in, once." in page.text) == (200, True)
        page.press("Sign in")
        answers.add((page.status, page.response.text))
    assert [(status, USED in text) for status, text in answers] == [(404, True)]
    assert not is_in(visitor)


def test_a_reset_ends_the_session_and_the_links(
    visitor: Visitor, database: Database, keys: Keys, link: Link, app: Flask
) -> None:
    visitor.open(link()).press("Sign in")
    old = database.write(lambda session: organizers.reset(session, keys, "ora@example.org", now=clock.wall()))
    new = database.write(lambda session: organizers.reset(session, keys, "ora@example.org", now=clock.wall()))
    assert not is_in(visitor)
    assert visitor.open(f"/organize/sign-in/{old}").press("Sign in").status == 404
    assert visitor.open(f"/organize/sign-in/{new}").press("Sign in").heading == "Figures"


@pytest.mark.parametrize("token", ["", "1", "x" * 32, "é", "9" * 9_000])
def test_a_session_of_another_secret_is_nobodys(app: Flask, link: Link, token: str) -> None:
    Visitor(app.test_client()).open(link()).press("Sign in")
    visitor = Visitor(app.test_client())
    with visitor.client.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert not is_in(visitor)


@pytest.mark.parametrize("cookie", ["organizer=x", "organizer=eyJfdXNlcl9pZCI6IjEifQ.x.y", "organizer=" + "x" * 9_000])
def test_a_forged_cookie_is_nobodys(visitor: Visitor, cookie: str) -> None:
    assert visitor.open("/organize/", headers={"Cookie": cookie}).heading == "Organizers"


ROUTES = [
    ("GET", "/organize/"),
    ("GET", "/organize/?by=state"),
    ("GET", "/organize/?by=partner"),
    ("GET", "/organize/?by=nonsense"),
    ("GET", "/organize/pledges.csv"),
]


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        (None, [302, 302, 302, 302, 302]),
        ("viewer", [200, 200, 200, 404, 403]),
        ("organizer", [200, 200, 200, 404, 200]),
        ("admin", [200, 200, 200, 404, 200]),
    ],
)
@pytest.mark.parametrize("head", [False, True])
def test_each_route_for_each_role(
    visitor: Visitor, sign_in: SignIn, role: str | None, statuses: list[int], head: bool
) -> None:
    client = sign_in(role).client if role else visitor.client
    answers = [client.open(path, method="HEAD" if head else method) for method, path in ROUTES]
    assert [answer.status_code for answer in answers] == statuses
    assert {answer.headers.get("Location") for answer in answers} == ({None} if role else {"/organize/sign-in"})


@pytest.mark.parametrize(("role", "offered"), [("viewer", False), ("organizer", True)])
def test_the_download_is_offered_to_those_who_may(
    visitor: Visitor, database: Database, sign_in: SignIn, role: str, offered: bool
) -> None:
    visitor.finish(pledges=["call"], email="ana@example.org")
    bring_all(database)
    assert ("Download the pledges" in sign_in(role).text) == offered


@pytest.mark.parametrize("token", [None, "", "x", "of another session"])
def test_posts_need_the_sessions_own_token(
    app: Flask, visitor: Visitor, sign_in: SignIn, link: Link, token: str | None
) -> None:
    other = Visitor(app.test_client()).open("/organize/sign-in/x").value("csrf_token")
    data = {} if token is None else {"csrf_token": other if token == "of another session" else token}
    organizer = sign_in()
    answer = organizer.client.post("/organize/sign-out", data=data)
    assert (answer.status_code, "open for too long" in answer.text) == (400, True)
    assert is_in(organizer)
    path = link()
    assert visitor.open(path).client.post(path, data=data).status_code == 400
    assert not is_in(visitor)
    assert visitor.open(path).press("Sign in").heading == "Figures"


def test_a_browser_that_sends_no_referrer_gets_in_by_https(make_app: MakeApp, link: Link) -> None:
    """Some extensions and proxies take it away; what the browser says of a post itself is checked all the same."""
    https = {"base_url": "https://act.example"}
    visitor = Visitor(make_app(public_url="https://act.example").test_client()).open(link(), **https)
    path, data = visitor.filled("Sign in")
    foreign = visitor.client.post(path, data=data, headers={"Sec-Fetch-Site": "cross-site"}, **https)
    assert foreign.status_code == 403
    assert visitor.post(path, data, **https).heading == "Figures"


@pytest.mark.parametrize(
    ("public_url", "name", "secure"),
    [("http://127.0.0.1:8000", "organizer", False), ("https://act.example", "__Host-organizer", True)],
)
def test_the_cookie_is_as_strict_as_it_can_be(
    make_app: MakeApp, link: Link, public_url: str, name: str, secure: bool
) -> None:
    visitor = Visitor(make_app(public_url=public_url).test_client()).open(link())
    header = visitor.response.headers["Set-Cookie"]
    cookies = SimpleCookie(header)
    assert list(cookies) == [name]
    cookie = cookies[name]
    assert (bool(cookie["secure"]), bool(cookie["httponly"]), cookie["samesite"]) == (secure, True, "Lax")
    assert (cookie["path"], cookie["domain"], cookie["expires"]) == ("/", "", "")
    assert visitor.press("Sign in").heading == "Figures"


Later = Callable[[float], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Puts all clocks so many hours on from when the test began: ours, and the one that dates cookies and tokens."""
    began = clock.wall()

    def later(hours: float) -> None:
        moment = began + timedelta(hours=hours)
        monkeypatch.setattr(clock, "wall", lambda: moment)
        monkeypatch.setattr("itsdangerous.timed.time.time", moment.timestamp)

    return later


def test_a_session_ends_after_twelve_hours_without_a_click_and_after_a_week(sign_in: SignIn, later: Later) -> None:
    clicking, idle = sign_in("organizer"), sign_in("viewer")
    for hours in range(11, 7 * 24, 11):
        later(hours)
        assert clicking.open("/organize/account").heading == "Your account", hours
    assert not is_in(idle)
    later(7 * 24 + 0.01)
    assert not is_in(clicking)


def test_figures_that_renew_themselves_keep_no_session_alive(sign_in: SignIn, later: Later) -> None:
    organizer = sign_in()
    for hours in (4, 8, 11.9):
        later(hours)
        assert organizer.client.get("/organize/figures").status_code == 200
    later(12.1)
    assert organizer.client.get("/organize/figures").status_code == 302
    assert not is_in(organizer)


def test_a_page_that_stayed_open_for_hours_still_works(
    sign_in: SignIn, visitor: Visitor, link: Link, later: Later
) -> None:
    organizer, path = sign_in("admin"), link()
    visitor.open(path)
    later(11)
    assert organizer.press("Sign out").notice == "You are signed out."
    assert visitor.press("Sign in").heading == "Figures"


@pytest.mark.parametrize(("mail_url", "told"), [(None, True), ("smtp://mail.example.org", False)])
def test_organizers_are_told_that_mail_is_not_set_up(
    make_app: MakeApp, sign_in: SignIn, mail_url: str | None, told: bool
) -> None:
    page = sign_in(app=make_app(mail_url=mail_url)).open("/organize/todo").text
    sentence = "Mail is not set up: it is written to files in var/mail. Set CAMPAIGN_MAIL_URL."
    assert (sentence in page) == told
