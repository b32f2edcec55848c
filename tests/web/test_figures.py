"""The organizers' figures, against a small world made by walking through the pages; and the export of the pledges."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from campaign import clock, donations, gifts, organizers, supporters
from campaign.database import Database
from campaign.keys import Keys
from campaign.letters import Bank
from campaign.models import Partner as PartnerRow
from campaign.models import Pledge
from campaign.partners import Partner
from tests.conftest import NOON
from tests.totals import bring_all
from tests.web.conftest import MakeApp, SignIn
from tests.web.visitor import ANSWERS, Visitor, private_page


@pytest.fixture
def _world(make_app: MakeApp, riverside: Partner, database: Database) -> None:
    """Monday: a letter from Maine through Riverside. Tuesday: one from Maine, one from Wyoming, and two hand-overs."""

    def write(visitor: Visitor, zip_code: str, partner: str = "", **last: object) -> Visitor:
        visitor.find(zip_code, partner=partner).press("Read my letters", **ANSWERS)
        return visitor.press("Finish my letters", **last)

    monday = Visitor(make_app(today=NOON - timedelta(days=1)).test_client())
    write(monday, "04101", "riverside", pledges=["call", "give"], email="ana@example.org", may_contact="y")
    monday.press("Save", said=["opened", "sent"])
    agree(monday, "ana@example.org")
    tuesday = Visitor(make_app().test_client())
    write(tuesday, "04101", pledges=["call"], email="bea@example.org")
    write(tuesday, "82001").press("Save", said=["printed", "called"])
    tuesday.client.get("/donate/give?p=riverside&state=ME")
    tuesday.client.get("/donate/give")
    bring_all(database)


def agree(visitor: Visitor, email: str) -> None:
    """Say on the private page that the campaign may write to this address."""
    page = Visitor(visitor.client.application.test_client())
    page.open(f"/mine/{private_page(visitor.client.application, email)}")
    page.press("Save : What you agree to", agreed=["contact"])


def table(visitor: Visitor) -> list[str]:
    """The rows of the last table, the total last."""
    rows = visitor.soup.select("table")[-1].select("tbody tr, tfoot tr")
    return [" | ".join(" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])) for row in rows]


TOTAL = "In total | 3 | 2 | 1 | 1 | 1 | 1 | 0 | 0 | 3 | 0 | 2 | 0 | $0.00"


@pytest.mark.usefixtures("_world")
@pytest.mark.parametrize(
    ("by", "rows"),
    [
        (
            "day",
            [
                "2026-11-24 | 2 | 1 | 0 | 0 | 1 | 1 | 0 | 0 | 1 | 0 | 2 | 0 | $0.00",
                "2026-11-23 | 1 | 1 | 1 | 1 | 0 | 0 | 0 | 0 | 2 | 0 | 0 | 0 | $0.00",
            ],
        ),
        (
            "state",
            [
                "none | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 1 | 0 | $0.00",
                "Maine | 2 | 1 | 1 | 1 | 0 | 0 | 0 | 0 | 3 | 0 | 1 | 0 | $0.00",
                "Wyoming | 1 | 1 | 0 | 0 | 1 | 1 | 0 | 0 | 0 | 0 | 0 | 0 | $0.00",
            ],
        ),
        (
            "partner",
            [
                "none | 2 | 1 | 0 | 0 | 1 | 1 | 0 | 0 | 1 | 0 | 1 | 0 | $0.00",
                "riverside | 1 | 1 | 1 | 1 | 0 | 0 | 0 | 0 | 2 | 0 | 1 | 0 | $0.00",
            ],
        ),
    ],
)
def test_the_figures_by_day_state_and_partner(sign_in: SignIn, by: str, rows: list[str]) -> None:
    visitor = sign_in("viewer").open(f"/organize/?by={by}")
    assert table(visitor) == [*rows, TOTAL]
    assert "Days are counted in America/New_York." in visitor.text


@pytest.mark.usefixtures("_world")
def test_the_totals_and_the_pledges_by_kind(sign_in: SignIn) -> None:
    visitor = sign_in()
    tiles = [tag.get_text() for tag in visitor.soup.select(".tiles dd")]
    assert tiles == ["2", "0", "2", "0", "–"]
    assert visitor.soup.select_one(".headline").get_text(" ").split()[0] == "3"  # type: ignore[union-attr]
    assert "2 today, 0.1 a day in the week before. 1 letter in the last seven days." in visitor.text
    pledges = [[cell.get_text() for cell in row.find_all("td")] for row in visitor.soup.select("#pledges tbody tr")]
    assert pledges == [["0", "2", "0", "0", "2"], ["0", "1", "0", "0", "1"]]


def test_an_empty_campaign_has_figures_too(sign_in: SignIn) -> None:
    visitor = sign_in()
    assert table(visitor) == ["Nothing yet.", "In total | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | $0.00"]


@pytest.mark.usefixtures("_world")
def test_gifts_stand_with_the_hand_overs_they_came_from_and_the_others_apart(
    sign_in: SignIn, app: Flask, database: Database, keys: Keys, bank: Bank
) -> None:
    visitor = sign_in()
    assert "Gifts that belong to no hand-over" not in visitor.text
    assert "Programs were sent on" not in visitor.text
    token = donations.new_token(keys)
    app.test_client().get("/donate/give?p=riverside", headers={"Purpose": "prefetch"})

    def give(session: Session) -> None:
        about = {"day": NOON.date(), "now": NOON}
        donations.record_click(session, "give", **about, partner="riverside", letter="protect-parole", token=token)
        told = [gifts.Gift(1, token, 123450, NOON.date())]
        told += [gifts.Gift(2 + n, f"<b>made-up-{n}-of-very-many-letters</b>", 150, NOON.date()) for n in range(7)]
        gifts.record_gifts(session, keys, told, NOON)

    database.write(give)
    bring_all(database)
    visitor.open("/organize/?by=partner")
    assert table(visitor)[1].endswith("| 2 | 1 50.0% | $1,234.50")
    assert table(visitor)[-1].endswith("| 3 | 1 33.3% | $1,234.50")
    assert "7 gifts, $10.50 in all, are counted nowhere else. The newest:" in visitor.text
    assert "1 times a browser that looked ahead, 0 times a preview of the link, 0 times a bot." in visitor.text
    apart = visitor.soup.select("#unmatched tbody tr")
    assert len(apart) == 5
    assert [cell.get_text() for cell in apart[0].find_all(["th", "td"])][:2] == ["2026-11-24", "$1.50"]
    assert not visitor.soup.select("td b")
    assert table(visitor.open("/organize/?by=letter"))[1].startswith(
        f"{bank.letters['protect-parole'].file.title} | 3 |"
    )


def read_back(visitor: Visitor) -> list[list[str]]:
    text = visitor.open("/organize/pledges.csv").response.get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.usefixtures("_world")
def test_the_pledges_are_exported_with_an_address_only_where_one_may_be_written_to(
    sign_in: SignIn, database: Database
) -> None:
    confirmed = update(Pledge).where(Pledge.kind == "call").values(confirmed_at=NOON)
    database.write(lambda session: session.execute(confirmed).close())
    visitor = sign_in()
    assert read_back(visitor) == [
        ["day", "kind", "state", "partner", "letter", "confirmed", "fulfilled", "withdrawn", "quarantined", "email"],
        ["2026-11-23", "call", "ME", "riverside", "protect-parole", "yes", "no", "no", "no", "ana@example.org"],
        ["2026-11-23", "give", "ME", "riverside", "protect-parole", "no", "no", "no", "no", ""],
        ["2026-11-24", "call", "ME", "", "protect-parole", "yes", "no", "no", "no", ""],
    ]
    headers = visitor.response.headers
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert headers["Content-Disposition"] == 'attachment; filename="pledges-2026-11-24.csv"'
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("_world")
def test_whoever_has_withdrawn_is_written_to_no_more(sign_in: SignIn, database: Database) -> None:
    withdrawn = update(Pledge).values(confirmed_at=NOON, fulfilled_at=NOON, withdrawn_at=NOON)
    database.write(lambda session: session.execute(withdrawn).close())
    assert {tuple(row[5:]) for row in read_back(sign_in())[1:]} == {("yes", "yes", "yes", "no", "")}


@pytest.mark.usefixtures("_world")
def test_with_what_is_quarantined_no_address_is_exported(sign_in: SignIn, database: Database) -> None:
    quarantined = update(Pledge).values(confirmed_at=NOON, quarantined_at=NOON)
    database.write(lambda session: session.execute(quarantined).close())
    assert {tuple(row[5:]) for row in read_back(sign_in())[1:]} == {("yes", "no", "no", "yes", "")}


HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("https://evil.example","x")',
    'a,"b"\n=1',
    "'=1",
    "<script>alert(1)</script>",
]


@pytest.mark.sqlite
def test_no_cell_is_a_formula(sign_in: SignIn, database: Database, keys: Keys) -> None:
    def fill(session: Session) -> None:
        now = clock.wall()
        for number, text in enumerate(HOSTILE):
            session.add(PartnerRow(code=text, name=text, origins=[], created_at=now))
            session.flush()
            who = supporters.find_or_add(session, keys, f"{text}{number}@example.org", may_contact=True, now=now)
            session.add(
                Pledge(
                    supporter_id=who,
                    kind=text,
                    letter=text,
                    partner=text,
                    state="ME",
                    day=date(2026, 11, 24),
                    created_at=now,
                    confirmed_at=now,
                )
            )

    database.write(fill)
    visitor = sign_in()
    header, *found = read_back(visitor)
    assert len(found) == len(HOSTILE)
    for text, row in zip(HOSTILE, found, strict=True):
        assert len(row) == len(header)
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\0"))
        safe = f"'{text}" if text[0] in "=+-@\t\r" else text
        assert (row[1], row[3], row[4]) == (safe, safe, safe)
    for by in ("day", "partner"):
        visitor.open(f"/organize/?by={by}")
        assert visitor.status == 200
        assert not visitor.soup.select("td script, th script")


@pytest.mark.parametrize(("today", "told"), [("2026-08-14T12:00-04:00", False), ("2026-08-15T12:00-04:00", True)])
def test_organizers_are_told_of_a_list_of_members_that_has_grown_old(
    make_app: MakeApp, database: Database, keys: Keys, today: str, told: bool
) -> None:
    app = make_app(today=datetime.fromisoformat(today))
    secret = database.write(lambda db: organizers.add(db, keys, "mo@example.org", role=None, now=clock.wall()))
    visitor = Visitor(app.test_client()).open(f"/organize/sign-in/{secret}").press("Sign in")
    assert visitor.heading == "Figures"
    assert "things need doing" in visitor.notice
    visitor.open("/organize/todo")
    assert ("The list of members of Congress is of June 15, 2026; some may" in visitor.text) is told


def test_organizers_are_told_what_asks_for_attention(
    make_app: MakeApp, database: Database, keys: Keys, letters_dir: Path
) -> None:
    def todo(**settings: object) -> Visitor:
        secret = database.write(
            lambda db: organizers.add(db, keys, f"{len(settings)}@example.org", role="viewer", now=clock.wall())
        )
        client = make_app(letters_dir=letters_dir, **settings).test_client()
        return Visitor(client).open(f"/organize/sign-in/{secret}").press("Sign in").open("/organize/todo")

    late = todo(today=datetime.fromisoformat("2027-06-01T12:00-04:00"))
    assert "Mail is not set up" in late.text
    found = [" ".join(item.text.split()) for item in late.soup.select(".todo li")]
    assert any(item.startswith("letters/facts.toml:") for item in found)
    assert any("was to be looked up again by 2027-03-01" in item for item in found)
    well = todo(mail_url="smtp://127.0.0.1:9", today=None)
    assert well.heading == "What needs doing"
    assert "Mail is not set up" not in well.text
    assert "looked up again" not in well.text
