"""The organizers' room with scripts: figures that renew themselves in place, and a download that says how far it is."""

from __future__ import annotations

import csv
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import way
from tests.browser.conftest import Visit
from tests.serving import Server, campaign

LETTER = "/letters/protect-parole"


def link(site: Server, email: str) -> str:
    printed = campaign("organizer", "add", email, env=site.env).stdout.strip()
    return printed.removeprefix(site.url)


def test_figures_renew_themselves_and_take_nothing_from_whoever_reads(visit: Visit, site: Server) -> None:
    page = visit(link(site, "figures@example.org"))
    page.clock.install()
    way.press(page, "Sign in")
    headline = page.locator("[data-letters]")
    before = int(headline.inner_text().replace(",", ""))
    state = page.get_by_text("The figures renew themselves.")
    expect(state).to_be_visible()
    opened = page.locator("#pledges summary, #time summary").first
    if opened.count():
        opened.click()
    page.get_by_role("link", name="By state").focus()
    way.to_kit(visit(LETTER))
    site.wait_until_counted()
    page.clock.fast_forward(16_000)
    expect(headline).to_have_text(f"{before + 1:,}")
    expect(page.get_by_role("link", name="By state")).to_be_focused()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused.")).to_be_visible()
    way.to_kit(visit(LETTER))
    site.wait_until_counted()
    page.clock.fast_forward(60_000)
    expect(headline).to_have_text(f"{before + 1:,}")
    page.get_by_role("button", name="Pause").click()
    expect(headline).to_have_text(f"{before + 2:,}")
    campaign("organizer", "reset", "figures@example.org", env=site.env)
    page.clock.fast_forward(16_000)
    expect(page.get_by_text("you are signed out")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()


def test_a_download_says_how_far_it_is_and_is_whole(visit: Visit, site: Server, tmp_path: Path) -> None:
    way.to_kit(visit(LETTER))
    page = visit(link(site, "lists@example.org"))
    way.press(page, "Sign in")
    page.get_by_role("link", name="Lists", exact=True).click()
    page.locator("a[href='/organize/lists/messages']").click()
    page.get_by_role("link", name="Download these").click()
    form = page.locator("form[data-rows]")
    rows = int(form.get_attribute("data-rows") or 0)
    form.evaluate("form => form.dataset.rows = '6000'")  # as if it were a long one
    page.reload()
    page.evaluate("""() => {
        const form = document.querySelector('form[data-rows]');
        const other = form.cloneNode(true);
        other.dataset.rows = '6000';
        form.replaceWith(other);
    }""")
    page.add_script_tag(url="/static/export.js")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    file = tmp_path / "letters.csv"
    download.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as text:
        assert len(list(csv.reader(text))) == rows + 1
    expect(page.get_by_text(f"Done: {rows} rows.")).to_be_visible()
