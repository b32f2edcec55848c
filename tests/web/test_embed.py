"""The same flow inside a partner's page: it stays in the frame, counts for the partner, and only they may frame it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from campaign import clock, partners
from campaign.database import Database
from campaign.models import Message
from campaign.partners import Partner
from tests.web.visitor import ANSWERS, Visitor, framed_way

ANCESTORS = "frame-ancestors 'self' https://riverside.example https://www.riverside.example:8443"
FRAMED = "/embed/letters/protect-parole"


def check_frame(visitor: Visitor, ancestors: str = ANCESTORS) -> None:
    """The page may be framed by the partner, has no site around it, and leads nowhere outside within the frame."""
    headers = visitor.response.headers
    assert headers["Content-Security-Policy"].split("; ")[-1] == ancestors
    assert "X-Frame-Options" not in headers
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert headers["Referrer-Policy"] == "strict-origin"
    assert visitor.soup.select_one("body.framed") is not None
    assert visitor.soup.find("header") is None
    for tag in visitor.soup.select("a[href], form[action], button[formaction]"):
        target = urlsplit(str(tag.get("href") or tag.get("action") or tag.get("formaction")))
        if target.scheme in ("tel", "mailto", "sms") or not target.path:
            continue
        if target.path.startswith("/embed/"):
            assert parse_qs(target.query)["p"] == ["riverside"], target
        else:
            assert tag.get("target") == "_blank", target
            if target.netloc in ("", "127.0.0.1:8000"):
                assert parse_qs(target.query)["p"] == ["riverside"], target


def test_the_whole_way_stays_in_the_frame_and_counts_for_the_partner(
    visitor: Visitor, riverside: Partner, database: Database
) -> None:
    for _page in framed_way(visitor, "p=riverside"):
        check_frame(visitor)
        assert visitor.path.startswith("/embed/")
    kept = visitor.client.get(f"{visitor.path}/letters.pdf?p=riverside")
    assert (kept.status_code, kept.headers["Content-Disposition"]) == (200, 'attachment; filename="letters.pdf"')
    check_frame(visitor.open("/embed/abroad?p=riverside"))
    with database.read() as session:
        assert [message.partner for message in session.query(Message)] == ["riverside"]
    assert visitor.client._cookies == {}


def test_the_steps_of_the_frame_send_back_to_the_frames_beginning(visitor: Visitor, riverside: Partner) -> None:
    answer = visitor.client.get(f"{FRAMED}/write?p=riverside")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{FRAMED}?p=riverside")


def test_the_finished_letters_are_framed_by_whom_they_came_through(
    visitor: Visitor, riverside: Partner, database: Database
) -> None:
    other = ["https://other.example"]
    database.write(lambda session: partners.add(session, "other", "Other", other, now=clock.wall()))
    visitor.find(partner="riverside", frame="/embed").press("Read my letters", **ANSWERS).press("Finish my letters")
    check_frame(visitor.open(f"{visitor.path}?p=other"))
    own = Visitor(visitor.client).finish()
    own.open(f"/embed{own.path}?p=other")
    assert own.response.headers["Content-Security-Policy"].endswith("frame-ancestors 'self'")


def test_without_a_partner_only_the_site_itself_may_frame_the_form(visitor: Visitor) -> None:
    visitor.open(FRAMED)
    assert visitor.status == 200
    assert visitor.response.headers["Content-Security-Policy"].endswith("frame-ancestors 'self'")


@pytest.mark.usefixtures("riverside")
@pytest.mark.parametrize(
    "code", ["nobody", "RIVERSIDE", "riverside ", "riverside%00", "https://evil.example", "*", "'self'", "x" * 9_000]
)
@pytest.mark.parametrize("path", [FRAMED, "/embed/abroad", "/letters/protect-parole", "/"])
def test_an_unknown_partner_is_not_found_and_frames_nothing(visitor: Visitor, path: str, code: str) -> None:
    visitor.open(f"{path}?p={code}")
    assert (visitor.status, "names a partner that we do not know" in visitor.text) == (404, True)
    ancestors = visitor.response.headers["Content-Security-Policy"].split("; ")[-1]
    assert ancestors == ("frame-ancestors 'self'" if path.startswith("/embed") else "frame-ancestors 'none'")


@pytest.mark.usefixtures("riverside")
def test_outside_the_frame_a_partners_link_frames_nothing(visitor: Visitor) -> None:
    visitor.open("/letters/protect-parole?p=riverside")
    assert visitor.response.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert visitor.response.headers["X-Frame-Options"] == "DENY"


@pytest.mark.usefixtures("riverside")
@pytest.mark.parametrize("path", ["/", "/parole", "/privacy", "/contact", "/accessibility", "/letters/protect-parole"])
def test_links_of_the_site_keep_the_partner(visitor: Visitor, path: str) -> None:
    visitor.open(f"{path}?p=riverside")
    for link in visitor.soup.select("a[href^='/']"):
        assert parse_qs(urlsplit(str(link["href"])).query).get("p") == ["riverside"], link
    for link in visitor.soup.select("a[href^='mailto'], a[href^='sms']"):
        assert "p%3Driverside" in str(link["href"])


def test_a_form_of_one_partner_is_not_anothers(visitor: Visitor, riverside: Partner, database: Database) -> None:
    path, data = visitor.find(partner="riverside", frame="/embed").filled("Read my letters", **ANSWERS)
    assert visitor.post(path.replace("?p=riverside", ""), data).status == 422
    with database.read() as session:
        assert session.query(Message).count() == 0


def test_a_framed_form_sent_again_is_the_same_message_and_with_other_words_a_question(
    visitor: Visitor, riverside: Partner, database: Database
) -> None:
    visitor.find(partner="riverside", frame="/embed").press("Read my letters", **ANSWERS)
    path, data = visitor.filled("Finish my letters")
    kit = visitor.post(path, data).path
    assert visitor.post(path, data).path == kit
    visitor.post(path, {**data.to_dict(), "reasons": data.getlist("reasons"), "body-ME-01": "Other words."})
    assert (visitor.status, visitor.value("body-ME-01")) == (409, "Other words.")
    check_frame(visitor)
    with database.read() as session:
        assert session.query(Message).count() == 1
