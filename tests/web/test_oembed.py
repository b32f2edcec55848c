"""What other sites are told to show for an address of ours: a card, never larger than they have room for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign.letters import Bank
from campaign.partners import Partner
from campaign.web import oembed
from tests.hostile import MARKUP, PAGES
from tests.web.conftest import MakeApp
from tests.web.visitor import Visitor

HOME = "http://127.0.0.1:8000"
LETTER = f"{HOME}/letters/protect-parole"
KEPT = {"src", "width", "height", "frameborder", "marginwidth", "marginheight", "scrolling", "title"}
"""The attributes of a frame that WordPress leaves in place."""


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def ask(client: FlaskClient, url: str = LETTER, **more: str) -> dict[str, Any]:
    answer = client.get("/oembed", query_string={"url": url, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def frame(html: str) -> dict[str, str]:
    """The attributes of the frame, which is all that the HTML holds."""
    soup = BeautifulSoup(html, "html.parser")
    (tag,) = soup.find_all(True)
    assert (tag.name, soup.get_text()) == ("iframe", "")
    return {name: str(value) for name, value in tag.attrs.items()}


def test_a_letters_address_becomes_a_frame_with_its_card(client: FlaskClient, bank: Bank) -> None:
    found = ask(client)
    title = bank.letters["protect-parole"].file.title
    shown = frame(found.pop("html"))
    assert found == {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "provider_name": bank.campaign.name,
        "provider_url": f"{HOME}/",
        "cache_age": oembed.CACHE_SECONDS,
        "width": 600,
        "height": 320,
    }
    assert set(shown) <= KEPT
    assert shown["src"] == f"{HOME}/embed/card/protect-parole"
    assert (shown["width"], shown["height"]) == ("600", "320")
    assert shown["title"] == f"Write to Congress: {title}"
    assert client.get(shown["src"].removeprefix(HOME)).status_code == 200


def test_the_answer_may_be_kept_and_read_everywhere(client: FlaskClient) -> None:
    answer = client.get("/oembed", query_string={"url": LETTER})
    assert answer.headers["Cache-Control"] == f"public, max-age={oembed.CACHE_SECONDS}"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("url", "card"),
    [
        (LETTER, "/protect-parole"),
        (f"{LETTER}?utm_source=x#top", "/protect-parole"),
        (f"{LETTER}?p=riverside&p=nobody", "/protect-parole?p=riverside"),
        (f"{LETTER}?p=nobody", "/protect-parole"),
        (f"{LETTER}?p=%00", "/protect-parole"),
        (f"{HOME}/embed/letters/ukraine?p=riverside", "/ukraine?p=riverside"),
        ("http://localhost/letters/ukraine", "/ukraine"),
        ("HTTP://LocalHost:80/letters/ukraine", "/ukraine"),
        (f"{HOME}/letters/%70rotect-parole", "/protect-parole"),
        (f"{HOME}/", ""),
        (HOME, ""),
        (f"{HOME}?p=riverside", "?p=riverside"),
    ],
)
def test_addresses_of_ours_are_known(client: FlaskClient, riverside: Partner, url: str, card: str) -> None:
    src = frame(ask(client, url)["html"])["src"]
    assert src == f"{HOME}/embed/card{card}"
    assert client.get(src).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "https://127.0.0.1:8000/letters/protect-parole",
        "http://127.0.0.1/letters/protect-parole",
        "http://127.0.0.1:8000.evil.example/letters/protect-parole",
        "http://evil.example/letters/protect-parole",
        "http://localhost@127.0.0.1:8000/letters/protect-parole",
        "//127.0.0.1:8000/letters/protect-parole",
        "/letters/protect-parole",
        "http://[::1/letters/protect-parole",
        "http://127.0.0.1:x/letters/protect-parole",
        f"{HOME}/letters/no-such-letter",
        f"{HOME}/letters/protect-parole/",
        f"{HOME}/letters/protect-parole/write",
        f"{HOME}/letters/%ff",
        f"{HOME}/embed/card/protect-parole",
        f"{HOME}/parole",
        f"{HOME}/organize/",
        f"{HOME}/kit/x",
        LETTER + "x" * 10_000,
        *PAGES,
        *MARKUP,
    ],
)
def test_what_is_no_letter_of_ours_is_not_found(client: FlaskClient, url: str) -> None:
    answer = client.get("/oembed", query_string={"url": url})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "not_found")
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get("/oembed").status_code == 404


@pytest.mark.parametrize("status", ['status = "draft"', 'status = "ended"\noutcome = "Done."'])
def test_a_letter_that_cannot_be_written_is_not_found(make_app: MakeApp, letters_dir: Path, status: str) -> None:
    file = letters_dir / "protect-parole" / "letter.toml"
    file.write_text(file.read_text().replace('status = "live"', status))
    client = make_app(letters_dir=letters_dir).test_client()
    assert client.get("/oembed", query_string={"url": LETTER}).status_code == 404


def test_a_site_below_a_path_knows_its_own_addresses_alone(make_app: MakeApp) -> None:
    client = make_app(public_url="https://act.example/write").test_client()
    assert ask(client, "https://act.example:443/write/letters/ukraine")["provider_url"] == "https://act.example/write/"
    for path in ("/letters/ukraine", "/writeletters/ukraine", "/write/../letters/ukraine"):
        assert client.get("/oembed", query_string={"url": f"https://act.example{path}"}).status_code == 404, path


@pytest.mark.parametrize(
    ("most", "size"),
    [
        ({}, (600, 320)),
        ({"maxwidth": "5000", "maxheight": "5000"}, (600, 320)),
        ({"maxwidth": "500"}, (500, 380)),
        ({"maxwidth": "0320", "maxheight": "200"}, (320, 200)),
        ({"maxwidth": "280"}, (280, 480)),
        ({"maxheight": "1"}, (600, 1)),
        ({"maxwidth": "", "maxheight": ""}, (600, 320)),
    ],
)
def test_a_card_is_never_larger_than_there_is_room_for(
    client: FlaskClient, most: dict[str, str], size: tuple[int, int]
) -> None:
    found = ask(client, **most)
    shown = frame(found["html"])
    assert (found["width"], found["height"]) == size == (int(shown["width"]), int(shown["height"]))


@pytest.mark.parametrize("name", ["maxwidth", "maxheight"])
@pytest.mark.parametrize("value", ["0", "-1", "+600", "600.0", " 600", "6e2", "x", "٦٠٠", "9" * 400, "1\n"])
def test_a_size_that_is_none_is_refused_at_its_name(client: FlaskClient, name: str, value: str) -> None:
    answer = client.get("/oembed", query_string={"url": LETTER, name: value})
    assert answer.status_code == 422
    message = "This is to be a number of pixels."
    assert answer.get_json() == {"error": {"code": "malformed", "message": message, "fields": {name: message}}}


@pytest.mark.parametrize("form", ["jsonp", "XML", "html", "json,xml", "\x00"])
def test_another_format_is_not_implemented(client: FlaskClient, form: str) -> None:
    answer = client.get("/oembed", query_string={"url": LETTER, "format": form})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (501, "unsupported")


def test_json_and_xml_say_the_same(client: FlaskClient, riverside: Partner) -> None:
    question = {"url": f"{LETTER}?p=riverside", "maxwidth": "444"}
    answer = client.get("/oembed", query_string={**question, "format": "xml"})
    assert answer.mimetype == "text/xml"
    root = ElementTree.fromstring(answer.data)  # noqa: S314  (our own)
    assert root.tag == "oembed"
    assert {child.tag: child.text for child in root} == {
        name: str(value) for name, value in ask(client, **question).items()
    }


@pytest.mark.parametrize("title", [*MARKUP, "a\x00b\x0b\ufffe", "\r\n]]>&amp;'\""])
def test_a_hostile_title_stays_text(make_app: MakeApp, letters_dir: Path, title: str) -> None:
    file = letters_dir / "protect-parole" / "letter.toml"
    title = re.sub("[0-9]", "", title)  # the bank lets no figure stand in a text
    text = file.read_text()
    file.write_text("\n".join([f"title = {json.dumps(title)}", *text.split("\n")[1:]]))
    client = make_app(letters_dir=letters_dir).test_client()
    found = ask(client)
    assert found["title"] == title
    shown = frame(found["html"])
    assert set(shown) <= KEPT
    xml = client.get("/oembed", query_string={"url": LETTER, "format": "xml"}).data
    root = ElementTree.fromstring(xml)  # noqa: S314  (our own)
    assert len(root) == 9
    html = root.findtext("html")
    assert html is not None
    assert set(frame(html)) == set(shown)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    url=st.one_of(
        st.text(),
        st.text().map(lambda text: f"{HOME}/{text}"),
        st.text().map(lambda text: f"{LETTER}?p={text}"),
        st.builds("{}://{}/letters/{}?{}#{}".format, *[st.text(max_size=20)] * 5),
    ),
    form=st.sampled_from(["json", "xml"]),
)
def test_whatever_is_asked_about_is_answered_and_never_repeated(client: FlaskClient, url: str, form: str) -> None:
    answer = client.get("/oembed", query_string={"url": f"{url}<i>", "format": form})
    assert answer.status_code in (200, 404)
    assert "<i>" not in answer.text
    if answer.status_code == 404:
        assert answer.get_json()["error"]["message"] in (
            "This is not the address of a letter that can be written here.",
            "There is no such letter.",
        )
    elif form == "json":
        src = frame(answer.get_json()["html"])["src"]
        assert src in (f"{HOME}/embed/card", f"{HOME}/embed/card/protect-parole")


@pytest.mark.parametrize("path", ["/", "/letters/protect-parole"])
@pytest.mark.parametrize("code", ["", "?p=riverside"])
def test_pages_lead_to_what_may_be_shown_of_them(
    visitor: Visitor, riverside: Partner, bank: Bank, path: str, code: str
) -> None:
    found = {str(tag["type"]): tag for tag in visitor.open(f"{path}{code}").soup.select("head link[rel=alternate]")}
    assert set(found) == {"application/json+oembed", "text/xml+oembed"}
    for form, tag in found.items():
        href = str(tag["href"])
        assert parse_qs(urlsplit(href).query)["url"] == [f"{HOME}{path}{code}"]
        assert tag["title"] in (bank.campaign.name, bank.letters["protect-parole"].file.title)
        answer = visitor.client.get(href)
        assert (answer.status_code, f"{answer.mimetype}+oembed") == (200, form)
        assert f"/embed/card{path.removeprefix('/letters').rstrip('/')}{code}" in answer.text
    assert len(visitor.response.text.partition("</head>")[0]) < 150_000  # as far as WordPress looks


@pytest.mark.parametrize("path", ["/parole", "/embed/letters/protect-parole", "/no-such-page"])
def test_other_pages_do_not(visitor: Visitor, path: str) -> None:
    assert visitor.open(path).soup.select("link[rel=alternate]") == []
