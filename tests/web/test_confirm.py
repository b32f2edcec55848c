"""The mail that asks to confirm a pledge, and the page behind its link."""

from __future__ import annotations

import pytest
from flask import Flask

from campaign.letters import Bank
from tests.web.visitor import Visitor, confirm_page, count, mailed

EMAIL = "ana@example.org"


def total(visitor: Visitor) -> int:
    count(visitor.client.application)
    answer = visitor.client.get("/api/v1/counts").json
    assert answer is not None
    return int(answer["pledges"]["total"])


def test_a_pledge_counts_once_its_maker_has_pressed_the_button(app: Flask, visitor: Visitor, bank: Bank) -> None:
    visitor.finish(pledges=["call", "visit"], email=EMAIL)
    assert "Look into your mail" in visitor.text
    assert total(visitor) == 0
    (text,) = mailed(app, "confirm")
    assert f"- {bank.pledges['call'].label}\n- {bank.pledges['visit'].label}\n" in text
    for _ in range(3):  # programs that read mail follow links
        visitor.open(confirm_page(app))
    assert (visitor.heading, total(visitor)) == ("Confirm your pledge", 0)
    visitor.press("Yes, I promise this")
    assert (visitor.status, visitor.heading, total(visitor)) == (200, "Thank you. Your pledge counts", 2)
    assert bank.pledges["call"].next in visitor.text
    visitor.open(confirm_page(app))
    assert (visitor.heading, total(visitor)) == ("Thank you. Your pledge counts", 2)


def test_the_reminder_has_the_same_link(app: Flask, visitor: Visitor) -> None:
    visitor.finish(pledges=["call"], email=EMAIL)
    assert confirm_page(app, "reminder") == confirm_page(app)
    assert "Three days ago" in mailed(app, "reminder")[0]


def test_whoever_types_an_address_learns_nothing_about_it(app: Flask, visitor: Visitor) -> None:
    def page(email: str) -> str:
        stranger = Visitor(app.test_client()).finish(pledges=["call"], email=email)
        for tag in stranger.soup.select("[href], [action], .letter, .subject, blockquote, .count, [data-copy], h2"):
            tag.decompose()
        return " ".join(stranger.soup.get_text(" ").split())

    visitor.finish(pledges=["call"], email=EMAIL).open(confirm_page(app)).press("Yes, I promise this")
    pages = [page(email) for email in (EMAIL, EMAIL, EMAIL, EMAIL, "nobody@example.org")]
    assert len(set(pages)) == 1
    assert "Look into your mail" in pages[0]


@pytest.mark.parametrize("token", ["x", "a" * 32, "%00", "x" * 2000])
def test_a_link_that_is_none_says_so(visitor: Visitor, token: str) -> None:
    for answer in (visitor.client.get(f"/confirm/{token}"), visitor.client.post(f"/confirm/{token}")):
        assert answer.status_code == 404
        assert "This link does not work any more" in answer.text


def test_a_letter_without_a_pledge_mails_nothing(app: Flask, visitor: Visitor) -> None:
    visitor.finish(email=EMAIL)
    assert mailed(app, "confirm") == mailed(app, "reminder") == []
    assert "Look into your mail" not in visitor.text
