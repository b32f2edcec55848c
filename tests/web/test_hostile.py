"""Whatever is typed is data: it stands in a page as it was typed, makes no element, and is never run as a template."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup, Tag
from werkzeug.datastructures import MultiDict

from tests.web.visitor import ANSWERS, Visitor

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "</textarea><script>alert(1)</script>",
    "</title></head><body onload=alert(1)>",
    "<svg/onload=alert(1)//",
    '<a href="javascript:alert(1)">x</a>',
    "--><!-- <b>",
    "]]><![CDATA[<b>",
    "&lt;b&gt; &#60;b&#62; &amp;",
    "{{ 7 * 7 }}{{ config }}",
    "{% include 'layout.html' %}",
    "{# gone #}{% raw %}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "{city} {state} {fact:u4u-border} {0.__class__}",
    "%(name)s %(limit)s %s %d 100% %",
    "javascript:alert(1)",
    "\u202egnp.exe\u202c \u2066x\u2069",
    "שלום וברכה، مرحبا بالعالم",
    "👩🏽\u200d🚀🕊️🏳️\u200d🌈 ﷽ Z͑ͫa̴l͟g̡o",
    "\\x3cb\\x3e \\u003cb\\u003e \\",
    "'; DROP TABLE messages; --",
]
HARMLESS = "harmless"


OF_TEXT = ".meter, .fields, .signs"
"""What has more or fewer elements, depending on what was typed: marks, a first name, signs that cannot be printed."""

ITS_ELEMENTS = {*("div", "p", "label", "span", "meter", "details", "summary", "mark", "dt", "dd", "button")}


def skeleton(soup: BeautifulSoup) -> list[tuple[str, tuple[str, ...]]]:
    """Every element with the names of its attributes; of `OF_TEXT` only that it holds nothing strange."""
    apart = [tag for part in soup.select(OF_TEXT) for tag in part.find_all(True)]
    assert {tag.name for tag in apart} <= ITS_ELEMENTS
    seen = {id(tag) for tag in [*apart, *soup.select(".signs")]}
    return [(tag.name, tuple(tag.attrs)) for tag in soup.find_all(True) if id(tag) not in seen]


Form = tuple[str, MultiDict[str, str]]


def find(visitor: Visitor) -> Form:
    return visitor.open("/letters/protect-parole").filled("Find my offices")


def choose(visitor: Visitor) -> Form:
    return visitor.find("10001").filled("Continue", seat="none")


def write(visitor: Visitor) -> Form:
    return visitor.find().filled("Read my letters", **ANSWERS)


def finish(visitor: Visitor) -> Form:
    return visitor.write().filled("Finish my letters", pledges=["call"])


@pytest.mark.parametrize(
    ("form", "typed", "kept"),
    [
        (find, "zip street city state seat role reasons story-tie name", "zip street city role reasons story-tie name"),
        (find, "zip state again form_token story-tie", "zip story-tie"),
        (choose, "street city seat role reasons story-tie name", "street city role reasons story-tie name"),
        (write, "role reasons story-tie name street city zip state", "story-tie name street city"),
        (
            write,
            "form_token zip role reasons story-tie name street city",
            "zip role reasons story-tie name street city",
        ),
        (
            finish,
            "role reasons story-tie name street city subject-ME-S1 body-ME-01 pledges email may_contact",
            "role reasons story-tie name street city subject-ME-S1 body-ME-01 email",
        ),
        (finish, "form_token story-tie name body-ME-S1", "story-tie name"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_page_has_the_same_elements_whatever_was_typed(
    visitor: Visitor, form: Callable[[Visitor], Form], typed: str, kept: str
) -> None:
    path, data = form(visitor)
    pages = []
    for text in [HARMLESS, *HOSTILE]:
        for field in typed.split():
            data.setlist(field, [text])
        soup = visitor.post(path, data).soup
        pages.append((visitor.status, skeleton(soup)))
        assert pages[-1] == pages[0], text
        for field in kept.split():
            tag = soup.find(True, {"name": field})
            assert isinstance(tag, Tag)
            assert (tag.get_text()[1:] if tag.name == "textarea" else tag["value"]) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_the_kit(visitor: Visitor, text: str) -> None:
    def pages(text: str) -> list[BeautifulSoup]:
        answers = ANSWERS | {"story-tie": text, "name": text, "street": text, "city": text}
        visitor.find().press("Read my letters", **answers)
        visitor.press("Finish my letters", subject__ME__S1=text)
        visitor.client.get(f"{visitor.path}/letters.pdf")
        return [visitor.soup]

    for expected, found in zip(pages(HARMLESS), pages(text), strict=True):
        assert skeleton(found) == skeleton(expected)
        letter = found.select_one(".letter")
        assert letter is not None
        assert f"\n\n{text}\n\n" in letter.get_text()
        assert f"\n{text}\n{text}\n{text}, ME 04101" in letter.get_text()
        assert text in [tag.get_text() for tag in found.find_all("strong")]


@pytest.mark.parametrize("text", HOSTILE)
def test_the_address(visitor: Visitor, text: str) -> None:
    """Nothing that stands in an address or a header is shown at all."""
    kit = visitor.finish().path
    for path, name in (
        ("/", "p"),
        ("/letters/protect-parole", "p"),
        ("/donate/give", "letter"),
        ("/donate/give", "state"),
        ("/organize/", "by"),
        (kit, "said"),
        ("/no-such-page", "q"),
    ):
        visitor.open(path, query_string={name: text}, headers={"User-Agent": "x", "Accept-Language": "xx"})
        assert visitor.status < 500
        assert text not in visitor.text
        assert not visitor.soup.select("[onerror], [onload], [onfocus], script:not([src]), svg[onload]")
    answer = visitor.client.post("/api/v1/lookup", json={"zip": text, "street": text, "city": text, "state": text})
    assert (answer.status_code, answer.mimetype) == (422, "application/json")
