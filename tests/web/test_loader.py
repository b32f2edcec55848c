"""The script for partners' pages: how it is served, what it weighs, and what it must not know."""

from __future__ import annotations

import base64
import hashlib
import re

import brotli
import pytest

from campaign.config import ROOT
from campaign.partners import Partner
from campaign.web import embed
from tests.web.visitor import ANSWERS, Visitor

RAW_BYTES, BROTLI_BYTES, INSIDE_BYTES = 2_048, 900, 3 * 1_024

PINNED = f"/embed/v1.{embed.script().version}.js"


@pytest.mark.parametrize(
    ("path", "caching"), [("/embed/v1.js", "public, max-age=3600"), (PINNED, "public, max-age=31536000, immutable")]
)
def test_any_page_may_load_the_script_and_keep_it(visitor: Visitor, path: str, caching: str) -> None:
    answer = visitor.open(path).response
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert answer.headers["Cache-Control"] == caching
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.data == (ROOT / "static" / "v1.js").read_bytes()
    again = visitor.client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_page_can_tell_that_it_is_this_script(visitor: Visitor) -> None:
    digest = hashlib.sha384(visitor.open(PINNED).response.data).digest()
    assert embed.script().integrity == f"sha384-{base64.b64encode(digest).decode()}"


@pytest.mark.parametrize("path", ["/embed/v1.0123456789abcdef.js", "/embed/v1..js", "/embed/v2.js"])
def test_another_version_is_not_found(visitor: Visitor, path: str) -> None:
    assert visitor.open(path).status == 404


def test_it_is_light(visitor: Visitor) -> None:
    assert len(visitor.open("/embed/v1.js").response.data) <= RAW_BYTES
    for path in ("/embed/v1.js", PINNED):
        packed = visitor.open(path, headers={"Accept-Encoding": "br"}).response
        assert packed.headers["Content-Encoding"] == "br"
        assert len(packed.data) <= BROTLI_BYTES
    inside = [(ROOT / "static" / name).read_bytes() for name in ("site.js", "frame.js")]
    assert sum(len(brotli.compress(script)) for script in inside) <= INSIDE_BYTES


@pytest.mark.parametrize("name", ["v1.js", "frame.js"])
def test_it_keeps_nothing_and_asks_nobody(name: str) -> None:
    text = (ROOT / "static" / name).read_text(encoding="utf-8")
    assert not re.search(r"cookie|[sS]torage|indexedDB|caches|fetch|XMLHttp|Beacon|Image|eval|innerHTML|https?:", text)


def test_a_framed_page_names_its_partners_origins_whatever_the_request_says(
    visitor: Visitor, riverside: Partner
) -> None:
    forged = {"Origin": "https://evil.example", "Referer": "https://evil.example/", "Host": "localhost"}
    visitor.open("/embed/letters/protect-parole?p=riverside&hosts=https://evil.example", headers=forged)
    hosts = " ".join(riverside.origins)
    assert (visitor.soup.html or {})["data-hosts"] == hosts
    visitor.press("Find my offices", zip="04101").press("Read my letters", **ANSWERS).press("Finish my letters")
    assert visitor.path.startswith("/embed/kit/")
    assert (visitor.soup.html or {})["data-hosts"] == hosts
    assert visitor.soup.select_one("[data-finished]")


def test_without_a_partner_a_framed_page_names_nobody_and_an_unframed_one_has_no_script(visitor: Visitor) -> None:
    assert (visitor.open("/embed/letters/protect-parole").soup.html or {})["data-hosts"] == ""
    assert "/static/frame." in visitor.response.text
    alone = visitor.open("/letters/protect-parole").response.text
    assert "/static/frame." not in alone
    assert "data-hosts" not in alone


@pytest.mark.parametrize("path", ["/letters/protect-parole", "/pledge", "/abroad"])
@pytest.mark.usefixtures("riverside")
def test_a_framed_page_leads_to_itself_alone_for_the_same_partner(visitor: Visitor, path: str) -> None:
    link = visitor.open(f"/embed{path}?p=riverside").soup.select_one("[data-alone][hidden] a[target=_blank]")
    assert link
    assert link["href"] == f"{path}?p=riverside"
    assert visitor.open(str(link["href"])).status == 200
