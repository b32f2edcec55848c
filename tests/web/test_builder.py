"""The page on which a partner makes its line: it does what was chosen, and what cannot be is said at its field."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag

from campaign import clock, partners
from campaign.database import Database
from campaign.partners import Partner
from tests.web.conftest import SignIn
from tests.web.visitor import Visitor


def pasted(visitor: Visitor) -> BeautifulSoup:
    """The line that is there to be copied, as a browser reads it on the partner's page."""
    line = visitor.soup.find(id="snippet")
    assert line is not None
    return BeautifulSoup(line.get_text(), "html.parser")


def frame(visitor: Visitor) -> Tag:
    found = pasted(visitor).find("iframe")
    assert isinstance(found, Tag)
    return found


def test_the_line_shows_the_form_and_works_without_its_script(visitor: Visitor, riverside: Partner) -> None:
    visitor.open("/embed?p=riverside")
    line = pasted(visitor)
    assert [tag.name for tag in line.find_all(True)] == ["iframe", "p", "a", "script"]
    framed = frame(visitor)
    assert framed["src"] == "http://127.0.0.1:8000/embed/letters/protect-parole?p=riverside"
    assert framed["title"] == visitor.soup.select_one("option[selected]").get_text()  # type: ignore[union-attr]
    assert (framed["allow"], framed["referrerpolicy"], framed["loading"]) == (
        "clipboard-write",
        "strict-origin",
        "lazy",
    )
    assert str(framed["style"]).startswith("width:100%;height:max(")
    alone = line.find("a")
    assert isinstance(alone, Tag)
    for address in (framed["src"], alone["href"]):
        path = urlsplit(str(address))
        assert Visitor(visitor.client).open(f"{path.path}?{path.query}").status == 200
    script = line.find("script")
    assert isinstance(script, Tag)
    assert script["src"] == "http://127.0.0.1:8000/embed/v1.js"
    assert visitor.client.get("/embed/v1.js").status_code == 200


def test_what_is_chosen_stands_in_the_line_and_in_the_previews(visitor: Visitor, riverside: Partner) -> None:
    visitor.open("/embed?p=riverside")
    visitor.open(
        "/embed",
        query_string={"p": "riverside", "letter": "ukraine", "accent": "#C0FFEE", "scheme": "dark", "radius": "0"},
    )
    addresses = [str(tag["src"]) for tag in visitor.soup.find_all("iframe")] + [str(frame(visitor)["src"])]
    assert len(addresses) == 3
    for address in addresses:
        parts = urlsplit(address)
        assert parts.path == "/embed/letters/ukraine"
        assert parse_qs(parts.query) == {
            "p": ["riverside"],
            "accent": ["c0ffee"],
            "scheme": ["dark"],
            "radius": ["0"],
        }


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [("accent", "red", "six digits"), ("radius", "25", "whole number from 0 to 24"), ("radius", "x", "whole number")],
)
def test_what_cannot_be_is_said_at_its_field_and_left_out(
    visitor: Visitor, riverside: Partner, field: str, value: str, error: str
) -> None:
    visitor.open("/embed", query_string={"p": "riverside", field: value})
    assert error in visitor.error(field)
    assert visitor.value(field) == value
    assert parse_qs(urlsplit(str(frame(visitor)["src"])).query) == {"p": ["riverside"]}


@pytest.mark.anywhere
def test_nothing_hostile_gets_into_the_line(visitor: Visitor, riverside: Partner, texts: tuple[str, ...]) -> None:
    for text in texts:
        visitor.open(
            "/embed", query_string=dict.fromkeys(("letter", "accent", "scheme", "radius"), text) | {"p": "riverside"}
        )
        assert visitor.status == 200
        assert [tag.name for tag in pasted(visitor).find_all(True)] == ["iframe", "p", "a", "script"]
        assert urlsplit(str(frame(visitor)["src"])).path == "/embed/letters/protect-parole"


def test_whoever_has_no_code_reads_what_it_is_and_a_wrong_one_is_said_at_its_field(visitor: Visitor) -> None:
    assert visitor.open("/embed").heading == "The form on your own site"
    visitor.open("/embed?p=nobody")
    assert (visitor.status, visitor.value("p")) == (404, "nobody")
    assert "No form is shown for this code" in visitor.error("p")


def test_of_a_paused_partner_the_public_is_told_and_organizers_see_all(
    visitor: Visitor, riverside: Partner, database: Database, sign_in: SignIn
) -> None:
    database.write(lambda session: partners.pause(session, "riverside", now=clock.wall()))
    assert "No form is shown for this code" in visitor.open("/embed?p=riverside").error("p")
    room = sign_in("viewer").open("/organize/partners/riverside/embed")
    assert (room.status, "This partner is paused" in room.notice) == (200, True)
    assert frame(room)["title"]
    assert room.open("/organize/partners/nobody/embed").status == 404


@pytest.mark.usefixtures("riverside")
def test_the_organizers_way_is_for_organizers(visitor: Visitor) -> None:
    assert visitor.open("/organize/partners/riverside/embed").path == "/organize/sign-in"
