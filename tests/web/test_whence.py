"""Where somebody comes from: bound into the form's token when its first page is opened, and kept to the end."""

from __future__ import annotations

import unicodedata

import pytest
from flask import Flask
from itsdangerous import URLSafeSerializer
from sqlalchemy import select

from campaign import clock, erasing, partners, reports, sources
from campaign.config import Settings
from campaign.database import Database
from campaign.models import Click, Message, Pledge
from campaign.partners import Partner
from campaign.web import tokens
from campaign.web.tokens import FormToken
from tests.hostile import TEXTS
from tests.totals import bring_all
from tests.web.conftest import MakeApp, SignIn
from tests.web.test_pledge import ANSWERS as PROMISE
from tests.web.visitor import ANSWERS, Visitor, rows

FRAMED = "/embed/letters/protect-parole"
OWN = "https://riverside.example"
OTHER = "https://www.riverside.example:8443"


def tokens_of_another_key() -> str:
    signer = URLSafeSerializer("another key", salt="framing")
    return str(signer.dumps(["riverside", "https://evil.example"]))


def open_in(visitor: Visitor, page: str, query: str = "") -> Visitor:
    """Open the form inside a page, whose origin the browser says."""
    return visitor.open(f"{FRAMED}?p=riverside{query}", headers={"Referer": page})


def token_of(app: Flask, visitor: Visitor, origins: tuple[str, ...] = (OWN, OTHER)) -> FormToken:
    with app.test_request_context():
        held = tokens.read(visitor.value("form_token"), "protect-parole", "riverside", origins)
    assert held is not None
    return held.token


@pytest.mark.parametrize("page", [f"{OWN}/", f"{OTHER}/", f"{OWN}/a/page?with=more"])
def test_a_form_is_bound_to_the_origin_that_frames_it(
    app: Flask, visitor: Visitor, riverside: Partner, page: str
) -> None:
    open_in(visitor, page).press("Find my offices", zip="04101")
    assert token_of(app, visitor).origin == page[: page.index("/", 8)]
    visitor.press("Read my letters", name="").press("Read my letters", **ANSWERS).press("Finish my letters")
    assert visitor.heading == "Your letters are ready"


@pytest.mark.parametrize(
    "page", ["", "https://evil.example/", "https://riverside.example.evil.example/", "http://[", "x" * 9_000, OWN * 400]
)
def test_who_frames_it_is_not_known_where_the_browser_does_not_name_one_of_the_partners(
    app: Flask, visitor: Visitor, riverside: Partner, page: str
) -> None:
    open_in(visitor, page).press("Find my offices", zip="04101")
    assert token_of(app, visitor).origin is None


def test_the_first_page_differs_by_who_frames_it_and_says_so_to_caches(visitor: Visitor, riverside: Partner) -> None:
    first = open_in(visitor, f"{OWN}/").response
    assert set(first.vary) == {"Referer", "Accept-Encoding"}
    assert first.headers["Cache-Control"] == "public, max-age=0, s-maxage=10, stale-if-error=600"
    assert open_in(visitor, f"{OWN}/page").response.headers["ETag"] == first.headers["ETag"]
    assert open_in(visitor, f"{OTHER}/").response.headers["ETag"] != first.headers["ETag"]


def test_the_origin_stays_through_choosing_doubting_and_beginning_again(
    app: Flask, visitor: Visitor, riverside: Partner
) -> None:
    open_in(visitor, f"{OWN}/", "&ref=bulletin").press("Find my offices", zip="x").press("Find my offices", zip="10001")
    visitor.press("Another ZIP code").press("Find my offices", zip="10001").press("Continue", seat="NY-12")
    token = token_of(app, visitor)
    assert (token.origin, token.source) == (OWN, "bulletin")
    visitor.press("Not your representative?").press("Continue", seat="NY-10")
    token = token_of(app, visitor)
    assert (token.origin, token.source, token.place.house) == (OWN, "bulletin", "NY-10")


@pytest.mark.parametrize("paused", [False, True])
def test_what_is_typed_where_a_partner_gave_its_origin_up_goes_on_outside(
    visitor: Visitor, riverside: Partner, database: Database, paused: bool
) -> None:
    open_in(visitor, f"{OWN}/").press("Find my offices", zip="04101").press("Read my letters", **ANSWERS)
    database.write(lambda session: partners.change_origins(session, "riverside", [OTHER]))
    if paused:
        database.write(lambda session: partners.pause(session, "riverside", now=clock.wall()))
    visitor.press("Finish my letters", body__ME__S1="My own letter.")
    assert visitor.heading == "Go on in a page of its own"
    ancestors = visitor.response.headers["Content-Security-Policy"].split("frame-ancestors ")[1]
    assert ancestors == ("'self' " + (f"{OTHER} {OWN}" if paused else OWN))
    assert "messages" not in rows(database)
    visitor.press("Go on there")
    assert "My own letter." in visitor.text
    visitor.press("Find my offices", zip="04101").press("Read my letters").press("Finish my letters")
    assert visitor.heading == "Your letters are ready"


@pytest.mark.sqlite
@pytest.mark.parametrize("frame", ["", "/embed"])
def test_what_is_typed_while_the_database_is_away_is_kept(
    visitor: Visitor, riverside: Partner, database: Database, settings: Settings, frame: str
) -> None:
    visitor.open(f"{frame}/letters/protect-parole?p=riverside", headers={"Referer": f"{OWN}/"})
    visitor.press("Find my offices", zip="04101").press("Read my letters", **ANSWERS)
    path, data = visitor.filled("Finish my letters", body__ME__S1="My own letter.")
    (settings.data_dir / "lifeline.db").rename(settings.data_dir / "away")
    visitor.client.application.extensions["campaign"].database.engine.dispose()
    visitor.post(path, data)
    assert (visitor.status, "nothing was stored" in visitor.text) == (503, True)
    assert visitor.response.headers["Content-Security-Policy"].endswith(
        f"frame-ancestors 'self' {OWN}" if frame else "frame-ancestors 'none'"
    )
    program = visitor.client.post("/api/v1/lookup?p=riverside", json={"zip": "04101"})
    assert (program.status_code, program.json["error"]["code"]) == (500, "internal")  # it typed nothing
    (settings.data_dir / "lifeline.db").unlink(missing_ok=True)  # an empty one, made when it was looked for
    (settings.data_dir / "away").rename(settings.data_dir / "lifeline.db")
    visitor.client.application.extensions["campaign"].database.engine.dispose()
    visitor.press("Go on there")
    assert "My own letter." in visitor.text


def test_no_origin_but_one_that_we_signed_may_frame_what_answers_it(visitor: Visitor, riverside: Partner) -> None:
    for framing in ("https://evil.example", "x", tokens_of_another_key()):
        visitor.post(f"{FRAMED}?p=riverside", {"zip": "04101", "framing": framing, "form_token": framing})
        assert visitor.response.headers["Content-Security-Policy"].endswith(f"frame-ancestors 'self' {OWN} {OTHER}")


def test_a_framed_form_is_none_outside_the_frame(visitor: Visitor, riverside: Partner, database: Database) -> None:
    path, data = open_in(visitor, f"{OWN}/").press("Find my offices", zip="04101").filled("Read my letters", **ANSWERS)
    assert visitor.post(path.removeprefix("/embed"), data).status == 422
    assert "messages" not in rows(database)


def test_one_partners_origin_is_said_of_no_other(make_app: MakeApp, app: Flask, riverside: Partner) -> None:
    with app.test_request_context():
        said = tokens.framing("riverside", OWN)
        assert tokens.framed_by(said, "riverside", [OWN]) == OWN
        for code, origins in (("other", [OWN]), (None, [OWN]), ("riverside", [OTHER]), ("riverside", [])):
            assert tokens.framed_by(said, code, origins) is None
        for text in ("", "x", said[:-1], said + "x", tokens.kit_token("x"), *TEXTS):
            assert tokens.framed_by(text, "riverside", [OWN]) is None


@pytest.mark.parametrize(
    ("query", "source"),
    [
        ("ref=bulletin", "bulletin"),
        ("utm_source=news&utm_medium=email&utm_campaign=spring", "news / email / spring"),
        ("utm_source=news&utm_content=top", "news"),
        ("ref=own&utm_source=news", "own"),
        ("ref=%20%20&utm_source=news", "news"),
        ("ref=ana%40example.org", None),
        ("ref=ana%2540example.org", None),
        ("ref=ana%EF%BC%A0example.org", None),
        ("ref=a%00b", None),
        ("", None),
        (f"ref={'x' * 500}", "x" * 64),
        ("utm_medium=email", "email"),
    ],
)
@pytest.mark.parametrize("frame", ["", "/embed"])
def test_the_link_by_which_somebody_came_goes_along(
    app: Flask, visitor: Visitor, riverside: Partner, frame: str, query: str, source: str | None
) -> None:
    visitor.open(f"{frame}/letters/protect-parole?p=riverside&{query}").press("Find my offices", zip="04101")
    assert token_of(app, visitor).source == source


def test_a_hostile_source_is_data(visitor: Visitor, riverside: Partner) -> None:
    for text in TEXTS:
        visitor.open(FRAMED, query_string={"p": "riverside", "ref": text, "utm_source": text})
        assert visitor.status == 200
        kept = unicodedata.normalize("NFC", text[:64])[:64].strip()
        address = "@" in unicodedata.normalize("NFKC", kept)
        assert visitor.value("ref") == (kept if kept.isprintable() and not address else "")


def test_the_link_is_known_of_letters_pledges_and_hand_overs_until_its_follower_is_forgotten(
    visitor: Visitor, riverside: Partner, database: Database
) -> None:
    open_in(visitor, f"{OWN}/", "&ref=bulletin").press("Find my offices", zip="04101")
    visitor.press("Read my letters", **ANSWERS)
    visitor.press("Finish my letters", pledges=["call"], email="ana@example.org")
    donation = visitor.soup.select_one("a[href^='/donate/']")
    assert donation is not None
    visitor.client.get(str(donation["href"]), headers={"User-Agent": "Mozilla/5.0"})
    Visitor(visitor.client).open("/pledge?utm_source=news").press(
        "I promise", **{**PROMISE, "email": "ben@example.org"}
    )

    def sources() -> list[list[str | None]]:
        with database.read() as session:
            tables = (Message.source, Pledge.source, Click.source)
            return [sorted(session.scalars(select(column)), key=lambda source: source or "") for column in tables]

    assert sources() == [["bulletin"], ["bulletin", "news", "news"], ["bulletin"]]
    bring_all(database)
    with database.read() as session:
        rows = {row.key: (row.letters, sum(row.pledged.values())) for row in reports.table(session, "source")}
    assert rows == {reports.FEW: (1, 3)}, "links that brought few are one row"
    database.write(lambda session: erasing.erase(session, 1))
    assert sources() == [[None], [None, "news", "news"], ["bulletin"]]


def test_the_table_by_link_shows_the_links_that_brought_the_most(
    sign_in: SignIn, visitor: Visitor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaign.web.figures.SOURCES_MAX", 2)
    monkeypatch.setattr("campaign.sources.CROWD", 2)
    for ref in ("rare", "seldom", "seldom", "often", "often", "often"):
        visitor.open(f"/letters/protect-parole?ref={ref}").press("Find my offices", zip="04101")
        visitor.press("Read my letters", **ANSWERS).press("Finish my letters")
    bring_all(database)
    page = sign_in().open("/organize/?by=source")
    assert [tag.get_text() for tag in page.soup.select("#by tbody th[scope=row]")] == ["often", "seldom"]


def test_links_that_brought_no_crowd_are_forgotten_in_time(database: Database, visitor: Visitor) -> None:
    for ref in ["rare", *["crowd"] * sources.CROWD]:
        visitor.open(f"/letters/protect-parole?ref={ref}").press("Find my offices", zip="04101")
        visitor.press("Read my letters", **ANSWERS).press("Finish my letters")
        visitor.client.get(f"/donate/give?ref={ref}", headers={"User-Agent": "Mozilla/5.0"})
    assert database.write(lambda session: sources.forget_rare(session, clock.wall())) == 0
    later = clock.wall() + sources.LIFE
    assert database.write(lambda session: sources.forget_rare(session, later)) == 2
    with database.read() as session:
        for column in (Message.source, Click.source):
            assert set(session.scalars(select(column))) == {None, "crowd"}
