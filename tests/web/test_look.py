"""A partner's look: by tokens alone, kept through the whole way, and allowed by nothing but its own hash."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from campaign.partners import Partner
from tests.hostile import TEXTS
from tests.web.visitor import ANSWERS, Visitor

FRAMED = "/embed/letters/protect-parole"
LOOK = {"accent": "c0ffee", "scheme": "dark", "radius": "0"}
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
            assert {name: query.get(name) for name in LOOK} == {name: [value] for name, value in LOOK.items()}, target
            # What is sent by GET drops the query of its address: the one such form leads to a file, and no page.
            assert tag.get("method") != "get" or target.path.endswith(".pdf")


def test_the_look_stays_through_the_whole_way(visitor: Visitor, riverside: Partner) -> None:
    steps: list[Callable[[], object]] = [
        lambda: visitor.open(f"{FRAMED}?p=riverside&{QUERY}"),
        lambda: visitor.press("Find my offices", zip="x"),
        lambda: visitor.press("Find my offices", zip="10001"),
        lambda: visitor.press("Another ZIP code"),
        lambda: visitor.press("Find my offices", zip="10001"),
        lambda: visitor.press("Continue", seat="NY-10"),
        lambda: visitor.press("Read my letters", name=""),
        lambda: visitor.press("Read my letters", **ANSWERS),
        lambda: visitor.press("Finish my letters", email="x"),
        lambda: visitor.press("Finish my letters", email=""),
        lambda: visitor.press("Save", said=["sent"]),
        lambda: visitor.open(f"{FRAMED}/write?p=riverside&{QUERY}"),
        lambda: visitor.open(f"/embed/abroad?p=riverside&{QUERY}"),
        lambda: visitor.open(f"/embed/pledge?p=riverside&{QUERY}"),
        lambda: visitor.open(f"/embed/letters/no-such-letter?p=riverside&{QUERY}"),
    ]
    for step in steps:
        step()
        assert visitor.path.startswith("/embed/")
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
    ["", "accent=red", "accent=fff", "scheme=auto", "scheme=DARK", "radius=-1", "radius=25", "radius=1.5", "radius=²"],
)
def test_what_is_no_token_is_as_if_it_were_not_said(visitor: Visitor, query: str) -> None:
    visitor.open(f"{FRAMED}?{query}")
    assert visitor.status == 200
    assert visitor.soup.find("style") is None


def test_nothing_hostile_comes_into_a_style(visitor: Visitor) -> None:
    for text in TEXTS:
        visitor.open(FRAMED, query_string=dict.fromkeys(LOOK, text))
        assert visitor.status == 200
        style = visitor.soup.find("style")
        assert style is None or re.fullmatch(r":root:root\{--radius:\d\d?px\}", style.text)
