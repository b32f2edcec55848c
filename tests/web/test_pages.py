"""Every page has what a page must have; what the organization has not set is not shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.web.conftest import MakeApp, SignIn
from tests.web.visitor import ANSWERS, Visitor

PUBLIC = {
    "/": "Keep a lawful way to safety open",
    "/parole": "About humanitarian parole",
    "/privacy": "Privacy",
    "/contact": "Contact",
    "/accessibility": "Accessibility",
    "/abroad": "Thank you for caring from afar",
    "/letters/protect-parole": "Protect humanitarian parole",
    "/letters/extend-status": "Let people who are here extend their status",
}


def check(soup: BeautifulSoup) -> None:
    """What holds of every page, whoever sees it."""
    assert soup.html is not None
    assert soup.html["lang"] == "en"
    assert soup.title is not None
    assert len(soup.title.text.strip()) > len("Lifeline")
    assert len(soup.find_all("h1")) == 1
    assert len(soup.find_all("main")) == 1
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids)), "an id stands twice"
    for tag in soup.find_all(["input", "textarea", "select"]):
        if tag.get("type") != "hidden" and not tag.find_parent("label"):
            assert soup.find("label", attrs={"for": tag["id"]}), f"{tag['name']} has no label"
    for tag in soup.find_all(True):
        assert "style" not in tag.attrs, "the policy lets no inline style through"
        assert not [name for name in tag.attrs if name.startswith("on")]
        for described in str(tag.get("aria-describedby", "")).split():
            assert described in ids
    for script in soup.find_all("script"):
        assert (str(script.get("src")).startswith("/static/"), script.text) == (True, "")


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_has_a_title_a_description_and_one_address(visitor: Visitor, path: str) -> None:
    visitor.open(path)
    soup = visitor.soup
    check(soup)
    assert visitor.heading == PUBLIC[path]
    meta = {tag.get("name") or tag.get("property"): tag["content"] for tag in soup.select("meta[content]")}
    address = f"http://127.0.0.1:8000{path}"
    canonical = soup.find(rel="canonical")
    assert canonical is not None
    assert canonical["href"] == address == meta["og:url"]
    assert meta["description"] == meta["og:description"] != ""
    assert str(meta["og:title"]) in visitor.text
    assert meta["og:image"] == "http://127.0.0.1:8000/static/og.png"
    assert visitor.open("/static/og.png").response.mimetype == "image/png"


def test_each_page_of_the_way_has_what_a_page_must_have(visitor: Visitor) -> None:
    steps: list[Callable[[], object]] = [
        lambda: visitor.find("30165"),
        lambda: visitor.find("x"),
        lambda: visitor.find("10001"),
        lambda: visitor.find(),
        lambda: visitor.press("Read my letters"),
        visitor.write,
        lambda: visitor.press("Finish my letters", email="x", pledges=["call"]),
        visitor.finish,
        lambda: visitor.open("/no-such-page"),
        lambda: visitor.open("/embed/abroad"),
    ]
    for step in steps:
        step()
        check(visitor.soup)


def test_each_page_of_the_organizers_has_what_a_page_must_have(sign_in: SignIn) -> None:
    visitor = sign_in()
    check(visitor.soup)
    check(visitor.open("/organize/sign-in").soup)
    check(visitor.open("/organize/sign-in/x").soup)


def test_no_page_asks_another_site_for_anything(visitor: Visitor) -> None:
    for path in [*PUBLIC, visitor.finish().path]:
        soup = visitor.open(path).soup
        loaded = [tag["src"] for tag in soup.select("[src]")] + [
            tag["href"] for tag in soup.select("link:not([rel=canonical], [rel=alternate])")
        ]
        assert loaded
        assert all(str(address).startswith("/static/") for address in loaded)


def test_links_within_the_site_lead_somewhere(visitor: Visitor) -> None:
    for path in PUBLIC:
        soup = visitor.open(path).soup
        for link in {str(tag["href"]) for tag in soup.select("a[href]")}:
            target, _, fragment = link.partition("#")
            if target.startswith("/") and not target.startswith("/donate/"):
                answer = visitor.client.get(target)
                assert answer.status_code == 200, link
                assert not fragment or f'id="{fragment}"' in answer.text, link
            elif not target:
                assert soup.find(id=fragment), link


def test_robots_and_favicon(visitor: Visitor) -> None:
    robots = visitor.open("/robots.txt").response
    assert (robots.status_code, robots.mimetype) == (200, "text/plain")
    assert "Disallow: /kit/" in robots.text
    assert visitor.open("/favicon.ico").response.data[:4] == b"\x00\x00\x01\x00"


SET = {
    'name = "Lifeline"': 'name = "A Way to Safety"',
    "# goal = 5000": "goal = 5000",
    '# organization = "Your organization"': 'organization = "Harbor & Sons"',
    '# website = "https://www.your-organization.example/"': 'website = "https://www.harbor.example/"',
    '# contact = "mailto:campaign@your-organization.example"': 'contact = "mailto:us@harbor.example"',
    '# article = "https://www.your-organization.example/parole"': 'article = "https://www.harbor.example/parole"',
    '# volunteer = "https://www.your-organization.example/volunteer"': 'volunteer = "https://www.harbor.example/help"',
    "# [[accounts]]": "[[accounts]]",
    '# name = "Mastodon"': 'name = "Mastodon"',
    '# url = "https://social.your-organization.example/@you"': 'url = "https://social.harbor.example/@us"',
}

ONLY_WHEN_SET = {
    "/": ["of 5000", "Harbor & Sons", "Volunteer: English classes", "Stay informed", "Get connected: Mastodon"],
    "/parole": ["Harbor & Sons", "67 percent", "Read more"],
    "/privacy": ["Ask us about your data"],
    "/contact": ["Harbor & Sons", "us@harbor.example"],
    "/accessibility": ["Tell us"],
}


@pytest.mark.parametrize("path", ONLY_WHEN_SET)
def test_what_the_organization_has_set_is_shown_and_nothing_else(
    visitor: Visitor, make_app: MakeApp, letters_dir: Path, path: str
) -> None:
    file = letters_dir / "campaign.toml"
    text = file.read_text()
    for commented, meant in SET.items():
        assert commented in text
        text = text.replace(commented, meant, 1)
    file.write_text(text)
    visitor.open(path)
    for words in ONLY_WHEN_SET[path]:
        assert words not in visitor.text
    assert not visitor.soup.select('a[href=""], a[href="None"]')
    assert "None" not in visitor.text
    theirs = Visitor(make_app(letters_dir=letters_dir).test_client()).open(path)
    for words in ONLY_WHEN_SET[path]:
        assert words in theirs.text
    assert "A Way to Safety" in str(theirs.soup.title)


def test_an_ended_letter_says_what_happened_and_a_draft_is_not_there(make_app: MakeApp, letters_dir: Path) -> None:
    statuses = {"protect-parole": "ended"}
    for slug in sorted(path.parent.name for path in letters_dir.glob("*/letter.toml")):
        status = statuses.get(slug, "draft")
        file = letters_dir / slug / "letter.toml"
        file.write_text(
            file.read_text().replace('status = "live"', f'status = "{status}"\noutcome = "Parole is safe."')
        )
    visitor = Visitor(make_app(letters_dir=letters_dir).test_client())
    visitor.open("/letters/protect-parole")
    check(visitor.soup)
    assert (visitor.status, "Parole is safe." in visitor.text) == (200, True)
    assert not visitor.soup.find_all("form")
    assert visitor.open("/letters/extend-status").status == 404
    assert visitor.post("/letters/extend-status", {"zip": "04101", **ANSWERS}).status == 404
    visitor.open("/")
    assert "No letter is open at the moment." in visitor.text
    assert "Letters that have ended" in visitor.text
    assert "extend-status" not in visitor.response.text


@pytest.mark.parametrize("key", [None, "sesame"])
def test_people_are_told_who_sees_their_address(make_app: MakeApp, key: str | None) -> None:
    visitor = Visitor(make_app(geocodio_key=key).test_client())
    visitor.open("/letters/protect-parole")
    pages = [visitor.text, visitor.press("Find my offices", zip="93563").text, visitor.open("/privacy").text]
    assert [("Census Bureau" in page, "Geocodio" in page, "sesame" in page) for page in pages] == [
        (True, key is not None, False)
    ] * 3
