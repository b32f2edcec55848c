"""The hand-over to a donation page: counted once, for whom it came from, and only to an address of the allow-list."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from campaign import tasks
from campaign.database import Database
from campaign.letters import Bank
from campaign.models import Click
from campaign.partners import Partner
from tests.hidden import hidden
from tests.web.conftest import MakeApp
from tests.web.visitor import ANSWERS, Visitor, rows

LISTED = "https://www.example.org/donate"


@pytest.fixture
def client(visitor: Visitor) -> FlaskClient:
    return visitor.client


def clicks(database: Database) -> list[tuple[str, str | None, str | None, str | None]]:
    with database.read() as session:
        found = session.scalars(select(Click).order_by(Click.id)).all()
        return [(click.destination, click.partner, click.letter, click.state) for click in found]


@pytest.mark.usefixtures("riverside")
@pytest.mark.parametrize(
    ("query", "partner", "letter", "state"),
    [
        ("", None, None, None),
        ("?p=riverside", "riverside", None, None),
        ("?letter=protect-parole&state=ME", None, "protect-parole", "ME"),
        ("?p=riverside&letter=extend-status&state=me", "riverside", "extend-status", "ME"),
        ("?p=&letter=&state=", None, None, None),
        ("?p=nonsense&letter=protect-parole&state=ME", None, "protect-parole", "ME"),
        ("?p=%00&letter=%00&state=%00", None, None, None),
        ("?p=riverside&letter=nonsense&state=XX", "riverside", None, None),
        ("?letter=../../etc/passwd&state=%F0%9F%92%A5", None, None, None),
    ],
)
def test_a_hand_over_is_counted_for_where_it_came_from(
    client: FlaskClient, database: Database, query: str, partner: str | None, letter: str | None, state: str | None
) -> None:
    answer = client.get(f"/donate/give{query}")
    assert (answer.status_code, answer.headers["Location"]) == (303, LISTED)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "Set-Cookie" not in answer.headers
    assert clicks(database) == [("give", partner, letter, state)]


def test_who_wants_to_give_is_handed_on_when_the_count_is_out_of_order(
    client: FlaskClient, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with hidden(database, "clicks"):
        answer = client.get("/donate/give?letter=protect-parole&state=ME")
    assert (answer.status_code, answer.headers["Location"]) == (303, LISTED)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["hand-over not counted"]


@pytest.mark.parametrize(
    ("address", "status", "message"),
    [
        ("/donate/nonsense", 404, "There is no such donation page."),
        ("/donate/GIVE", 404, "There is no such donation page."),
        ("/donate/%00", 404, "There is no such donation page."),
        ("/donate/https:%2F%2Fevil.example", 404, "There is no page at this address."),
        ("/donate/" + "x" * 5_000, 404, "There is no such donation page."),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_unknown_leads_nowhere_and_is_not_counted(
    visitor: Visitor, database: Database, address: str, status: int, message: str
) -> None:
    visitor.open(address)
    assert (visitor.status, message in visitor.text) == (status, True)
    assert rows(database) == {}


@pytest.mark.parametrize("name", ["url", "next", "to", "redirect", "destination", "code", "return_to", "r"])
@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_no_parameter_leads_elsewhere(client: FlaskClient, name: str, target: str) -> None:
    answer = client.get("/donate/give", query_string={name: target}, headers={"Referer": target})
    assert answer.headers["Location"] == LISTED


@pytest.mark.parametrize(
    "path", ["//evil.example", "//evil.example/organize", "/\\evil.example", "/organize//evil.example", "/organize"]
)
def test_no_path_redirects_to_another_site(client: FlaskClient, path: str) -> None:
    answer = client.get("/", environ_overrides={"PATH_INFO": path})
    assert urlsplit(answer.headers.get("Location", "")).hostname in (None, "localhost")


def test_the_kits_link_says_letter_state_and_partner(
    visitor: Visitor, riverside: Partner, database: Database, bank: Bank
) -> None:
    visitor.find(partner="riverside").press("Read my letters", **ANSWERS).press("Finish my letters")
    link = visitor.soup.find("a", string=bank.destinations["give"].label)
    assert link is not None
    visitor.client.get(str(link["href"]))
    assert clicks(database) == [("give", "riverside", "protect-parole", "ME")]
    tasks.count(database)
    assert "1 visit handed on to the donation page" in visitor.open("/").text


def test_a_kit_leads_on_after_its_letter_was_taken_back(
    make_app: MakeApp, database: Database, letters_dir: Path
) -> None:
    first = Visitor(make_app(letters_dir=letters_dir).test_client()).finish()
    before = first.soup.find("a", href=re.compile("^/donate/give"))
    assert before is not None
    file = letters_dir / "protect-parole" / "letter.toml"
    file.write_text(file.read_text().replace('status = "live"', 'status = "draft"'))
    later = Visitor(make_app(letters_dir=letters_dir).test_client()).open(first.path)
    link = later.soup.find("a", href=re.compile("^/donate/give"))
    assert link is not None
    assert later.client.get(str(link["href"])).status_code == 303
    assert later.client.get(str(before["href"])).status_code == 303
    assert clicks(database) == [("give", None, None, "ME")] * 2


def test_a_picture_on_any_page_is_sent_on_and_not_counted(
    client: FlaskClient, database: Database, visitor: Visitor
) -> None:
    asked = {"Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "cross-site"}
    assert client.get("/donate/give", headers=asked).headers["Location"] == LISTED
    with database.read() as session:
        assert session.scalars(select(Click.by)).all() == ["preview"]
    tasks.count(database)
    assert "handed on" not in visitor.open("/").text


@pytest.mark.parametrize("path", ["/donate//give", "/donate/give/", "/letters//protect-parole"])
def test_a_path_with_too_many_slashes_leads_nowhere(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers.get("Location")) == (404, None)
