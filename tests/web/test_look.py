"""A partner's look: by tokens alone, kept through the whole way, and allowed by nothing but its own hash."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from campaign.errors import Malformed
from campaign.partners import Partner
from campaign.web.i18n import dollars
from campaign.web.look import PARSERS
from tests.web.visitor import Visitor, framed_way

FRAMED = "/embed/letters/protect-parole"
LOOK = {"accent": "c0ffee", "scheme": "dark", "radius": "0", "lang": "en"}
QUERY = "&".join(f"{name}={value}" for name, value in LOOK.items())


def check(visitor: Visitor) -> None:
    """The page has the look, its policy allows that style sheet alone, and everything within the frame keeps it."""
    style = visitor.soup.find("style")
    assert style is not None
    assert "--fill:#c0ffee" in style.text
    assert "--radius:0px" in style.text
    allowed = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{allowed}';" in visitor.response.headers["Content-Security-Policy"]
    assert visitor.soup.html is not None
    assert visitor.soup.html["data-scheme"] == "dark"
    for tag in visitor.soup.select("a[href], form[action], button[formaction]"):
        target = urlsplit(str(tag.get("href") or tag.get("action") or tag.get("formaction")))
        if target.path.startswith("/embed/"):
            query = parse_qs(target.query)
            if tag.name == "form" and tag.get("method") != "post":  # then a browser drops the query of the address
                query = {str(one["name"]): [str(one["value"])] for one in tag.select("input[type=hidden]")}
            assert {name: query.get(name) for name in LOOK} == {name: [value] for name, value in LOOK.items()}, target
            assert query["p"] == ["riverside"], target


def test_the_look_stays_through_the_whole_way(visitor: Visitor, riverside: Partner) -> None:
    for _page in framed_way(visitor, f"p=riverside&{QUERY}"):
        check(visitor)
    steps: list[Callable[[], object]] = [
        lambda: visitor.press("Mail me the link", email="x"),
        lambda: visitor.press("Mail me the link", email="ana@example.org"),
        lambda: visitor.open(f"{visitor.path}/ME-S1.pdf", query_string=_sent(visitor) | {"to": "nowhere"}),
        lambda: visitor.open(f"{FRAMED}/write?p=riverside&{QUERY}"),
        lambda: visitor.open(f"/embed/abroad?p=riverside&{QUERY}"),
        lambda: visitor.open(f"/embed/pledge?p=riverside&{QUERY}"),
        lambda: visitor.open(f"/embed/letters/no-such-letter?p=riverside&{QUERY}"),
    ]
    for step in steps:
        step()
        assert visitor.path.startswith("/embed/")
        check(visitor)


def _sent(visitor: Visitor) -> dict[str, str]:
    """What the page's form sends by GET, as its hidden fields say."""
    return {str(field["name"]): str(field["value"]) for field in visitor.soup.select("form[method=get] [type=hidden]")}


@pytest.mark.usefixtures("riverside")
@pytest.mark.parametrize("code", ["riverside", "nobody"])
def test_a_page_about_an_error_has_the_look(visitor: Visitor, code: str) -> None:
    query = f"p={code}&{QUERY}"
    for path in ("/embed/letters/none", "/embed/kit/none", "/embed/kit/none/ME-S1.pdf"):
        assert visitor.open(f"{path}?{query}").status == 404
        check(visitor)
    for path in (FRAMED, f"{FRAMED}/write", f"{FRAMED}/finish", "/embed/pledge", "/embed/kit/none/mine"):
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert visitor.post(f"{path}?{query}", {}, headers=foreign).status == 403
        check(visitor)


@pytest.mark.parametrize("path", ["/letters/protect-parole", "/", "/abroad"])
def test_the_site_has_its_own_look(visitor: Visitor, path: str) -> None:
    plain = visitor.open(path).text
    visitor.open(f"{path}?{QUERY}")
    assert visitor.soup.find("style") is None
    assert "style-src 'self';" in visitor.response.headers["Content-Security-Policy"]
    assert visitor.text == plain


@pytest.mark.parametrize(
    "query",
    [
        "",
        "accent=red",
        "accent=fff",
        "accent=",
        "scheme=auto",
        "scheme=DARK",
        "radius=-1",
        "radius=25",
        "radius=1.5",
        "radius=²",
        "lang=xx",
        "lang=",
    ],
)
def test_what_is_no_token_is_as_if_it_were_not_said(visitor: Visitor, query: str) -> None:
    visitor.open(f"{FRAMED}?{query}")
    assert visitor.status == 200
    assert visitor.soup.find("style") is None
    assert visitor.soup.html is not None
    assert visitor.soup.html.attrs == {"lang": "en", "data-hosts": ""}
    visitor.press("Find my offices", zip="04101")
    assert f"?{query}" not in visitor.response.text or not query


@pytest.mark.parametrize("accent", ["c0ffee", "%23C0FFEE", "%23c0ffee"])
def test_a_color_is_taken_with_its_sign_and_in_capitals(visitor: Visitor, accent: str) -> None:
    visitor.open(f"{FRAMED}?accent={accent}")
    assert visitor.soup.form is not None
    assert str(visitor.soup.form["action"]) == f"{FRAMED}?accent=c0ffee"


def test_one_token_more_changes_no_other(visitor: Visitor) -> None:
    visitor.open(f"{FRAMED}?accent=red&radius=3&scheme=light")
    assert visitor.soup.style is not None
    assert visitor.soup.style.text == ":root:root{--radius:3px}"
    assert visitor.soup.html is not None
    assert visitor.soup.html["data-scheme"] == "light"
    scheme = visitor.soup.select_one("meta[name=color-scheme]")
    assert scheme is not None
    assert scheme["content"] == "light"


def test_the_page_of_an_address_is_the_same_for_everybody(visitor: Visitor) -> None:
    first = visitor.client.get(f"{FRAMED}?{QUERY}")
    again = visitor.client.get(f"{FRAMED}?{QUERY}", headers={"If-None-Match": first.headers["ETag"]})
    assert first.headers["Cache-Control"].startswith("public")
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    other = visitor.client.get(f"{FRAMED}?{QUERY}1", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_another_language_is_that_of_the_frame_and_its_sentences(
    visitor: Visitor, riverside: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaign.web.look.LANGUAGES", ("en", "es"))
    visitor.open(f"{FRAMED}?p={riverside.code}&lang=es").press("Find my offices", zip="04101")
    assert visitor.soup.html is not None
    assert visitor.soup.html["lang"] == "es"
    assert visitor.soup.form is not None
    assert "lang=es" in str(visitor.soup.form["action"])
    with visitor.client.application.test_request_context(f"{FRAMED}?lang=es"):
        assert dollars(100_050) == "1.000,50\xa0US$"
    with visitor.client.application.test_request_context("/letters/protect-parole?lang=es"):
        assert dollars(100_050) == "$1,000.50"


def test_whoever_writes_an_address_is_told_what_is_wrong() -> None:
    assert {name: parse(LOOK[name]) for name, parse in PARSERS.items()} == LOOK
    wrong = {"accent": ["red", "#fff"], "scheme": ["x", "Dark"], "radius": ["25", "-1", "1e1", "x"], "lang": ["xx"]}
    for field, texts in wrong.items():
        for text in texts:
            with pytest.raises(Malformed) as caught:
                PARSERS[field](text)
            assert caught.value.field == field


@pytest.mark.anywhere
def test_nothing_hostile_comes_into_a_page(visitor: Visitor, texts: tuple[str, ...]) -> None:
    plain = visitor.open(FRAMED).response.text
    for text in texts:
        visitor.open(FRAMED, query_string=dict.fromkeys(LOOK, text))
        assert visitor.status == 200
        style = visitor.soup.find("style")
        if style is None:
            assert visitor.response.text == plain
        else:
            assert re.fullmatch(r":root:root\{--radius:\d\d?px\}", style.text)
            assert len(visitor.response.text) < len(plain) + 200
