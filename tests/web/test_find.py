"""The first step: from a ZIP code, or an address, to the offices; each kind of ZIP code has its answer."""

from __future__ import annotations

import pytest

from campaign.database import Database
from tests.census import Census, found, match, send, send_json
from tests.web.conftest import MakeApp
from tests.web.visitor import Visitor, rows

WRITE = "In your own words"
CHOOSE = "Who represents you in the House?"
FIND = "Protect humanitarian parole"


@pytest.mark.parametrize(
    ("zip_code", "heading", "said"),
    [
        # One district; a state's only one; the four digits after it; spaces around it.
        (
            "04101",
            WRITE,
            ["these 3 offices", "Angus S. King, Jr.", "Susan M. Collins", "Chellie Pingree", "district 1"],
        ),
        ("82001", WRITE, ["these 3 offices", "Harriet M. Hageman"]),
        # Not in the table; its first digits are Alaska's.
        ("99999", WRITE, ["these 3 offices", "Alaska"]),
        ("04101-1234", WRITE, ["these 3 offices"]),
        ("  04101 ", WRITE, ["these 3 offices"]),
        # Places with one member and no senators.
        ("20001", WRITE, ["goes to this office", "Delegate", "no senators"]),
        ("00901", WRITE, ["goes to this office", "Resident Commissioner", "no senators"]),
        ("96910", WRITE, ["goes to this office", "Delegate", "no senators"]),
        # Nobody holds the seat in the House.
        ("78840", WRITE, ["these 2 offices", "This seat is vacant", "district 23"]),
        # Several districts, or none that is known.
        ("10001", CHOOSE, ["lies in more than one district", "district 10", "district 12", "Your senators"]),
        ("04112", CHOOSE, ["Your street address can.", "write to your senators only", "Choose from the whole state"]),
        # Two states.
        ("30165", FIND, ["Alabama, Georgia", "Choose yours"]),
        # Places with nobody in Congress; addresses of the armed forces.
        ("96940", FIND, ["Nobody represents Palau"]),
        ("96941", FIND, ["Nobody represents Micronesia"]),
        ("96960", FIND, ["Nobody represents the Marshall Islands"]),
        ("09012", FIND, ["military or diplomatic address", "voting address at home"]),
        ("34002", FIND, ["military or diplomatic address"]),
        ("96201", FIND, ["military or diplomatic address"]),
    ],
)
def test_each_kind_of_zip_code_leads_somewhere(visitor: Visitor, zip_code: str, heading: str, said: list[str]) -> None:
    visitor.find(zip_code)
    assert (visitor.status, visitor.heading) == (200, heading)
    for words in said:
        assert words in visitor.text
    assert visitor.error("zip") == ""


@pytest.mark.parametrize(
    ("zip_code", "message"),
    [
        ("", "A ZIP code has five digits, like 04101."),
        ("4101", "A ZIP code has five digits, like 04101."),
        ("04101-12", "A ZIP code has five digits, like 04101."),
        ("O4101", "A ZIP code has five digits, like 04101."),
        ("٠٤١٠١", "A ZIP code has five digits, like 04101."),
        ("04101'--", "A ZIP code has five digits, like 04101."),
        ("0" * 100_000, "A ZIP code has five digits, like 04101."),
        ("00000", "There is no ZIP code 00000."),
        ("21300", "There is no ZIP code 21300."),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_zip_code_that_cannot_be_is_told_at_its_field(visitor: Visitor, zip_code: str, message: str) -> None:
    visitor.find(zip_code)
    assert visitor.status == 422
    assert visitor.error("zip") == message
    assert visitor.value("zip") == zip_code
    field = visitor.soup.find(id="zip")
    assert field is not None
    assert field["aria-invalid"] == "true"
    assert "zip-error" in str(field["aria-describedby"]).split()
    link = visitor.soup.select_one(".summary a")
    assert link is not None
    assert (link["href"], link.text) == ("#zip", message)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ("NY", "This ZIP code and this state do not belong together: New York."),
        ("XX", "Choose a state or territory."),
        ("\x00", "Choose a state or territory."),
        ("{{ 7 * 7 }}", "Choose a state or territory."),
    ],
)
def test_a_state_that_cannot_be_is_told_at_its_field(visitor: Visitor, state: str, message: str) -> None:
    visitor.find(state=state)
    assert (visitor.status, visitor.error("state"), visitor.value("zip")) == (422, message, "04101")


def test_a_representative_is_chosen_by_name(visitor: Visitor) -> None:
    visitor.find("10001").press("Continue", seat="NY-12")
    assert (visitor.heading, "these 3 offices" in visitor.text) == (WRITE, True)
    assert "district 12" in visitor.text
    assert "district 10" not in visitor.text


def test_senators_alone_can_be_chosen(visitor: Visitor) -> None:
    visitor.find("10001").press("Continue", seat="none")
    assert (visitor.heading, "these 2 offices" in visitor.text) == (WRITE, True)
    assert "Representative" not in visitor.soup.select_one(".offices").text  # type: ignore[union-attr]


def test_somebody_else_of_the_state_can_be_chosen(visitor: Visitor) -> None:
    visitor.find("10001")
    offered = [str(tag["value"]) for tag in visitor.soup.select("select option")]
    assert len(offered) == 1 + 26 - 2
    visitor.press("Continue with this one", seat="NY-11")
    assert (visitor.heading, "district 11" in visitor.text, "these 3 offices" in visitor.text) == (WRITE, True, True)


def test_without_a_candidate_the_whole_state_can_be_chosen_from(visitor: Visitor) -> None:
    visitor.find("04112").press("Continue with this one", seat="ME-02")
    assert (visitor.heading, "Maine, district 2" in visitor.text) == (WRITE, True)


@pytest.mark.parametrize(
    "seat", ["", "CA-12", "NY-S1", "NY-27", "<b>", "\x00", "x" * 100_000], ids=lambda seat: repr(seat)[:12]
)
def test_a_seat_that_is_not_offered_is_asked_for_again(visitor: Visitor, database: Database, seat: str) -> None:
    visitor.find("10001").press("Continue", seat=seat)
    assert (visitor.status, visitor.heading, visitor.error("seat")) == (422, CHOOSE, "Choose one of these.")
    link = visitor.soup.select_one(".summary a")
    assert link is not None
    assert link["href"] == "#seat"
    assert rows(database) == {}


@pytest.mark.parametrize("zip_code", ["82001", "20001", "00901", "96910"])
def test_where_there_is_one_seat_no_other_can_be_chosen(visitor: Visitor, zip_code: str) -> None:
    visitor.open("/letters/protect-parole")
    visitor.post("/letters/protect-parole", {"zip": zip_code, "seat": "CA-12", "choosing": "name"})
    assert (visitor.status, visitor.heading) == (200, WRITE)
    visitor.post("/letters/protect-parole", {"zip": zip_code, "seat": "none"})
    assert visitor.heading == (WRITE if zip_code == "82001" else FIND)


def test_an_address_that_does_not_settle_it_leads_back_to_the_choice(make_app: MakeApp, census: Census) -> None:
    visitor = Visitor(make_app(census_url=census.url).test_client()).find("04101").press("Not your representative?")
    visitor.press("Look up my address", street="", city="Portland")
    assert (visitor.status, visitor.error("street"), visitor.value("city")) == (
        *(422, "Enter your street address.", "Portland"),
    )
    visitor.press("Look up my address", street="1 Main Street")
    assert (visitor.status, visitor.heading) == (200, CHOOSE), "it is not found, and the member was doubted"
    assert "This address is not found" in visitor.notice
    census.reply = send_json(found(match("2302", state="ME", zip_code="04101")))
    visitor.press("Look up my address")
    assert (visitor.heading, "Maine, district 2" in visitor.text) == (WRITE, True)


def test_a_zip_code_in_two_states_is_settled_by_the_state(visitor: Visitor) -> None:
    visitor.find("30165", street="1 Main Street", city="Rome")
    assert (visitor.value("street"), visitor.value("city")) == ("1 Main Street", "Rome")
    visitor.press("Find my offices", state="AL")
    assert (visitor.heading, "Alabama, district 3" in visitor.text) == (WRITE, True)


def at_home(make_app: MakeApp, census: Census) -> Visitor:
    """Somebody in a ZIP code of two districts, who types their street address."""
    visitor = Visitor(make_app(census_url=census.url).test_client()).find("10001")
    assert census.asked == []
    return visitor.press("Look up my address", street="1 Main Street", city="New York")


def test_a_street_address_settles_the_district(make_app: MakeApp, census: Census) -> None:
    census.reply = send_json(found(match("3612", state="NY", zip_code="10001")))
    visitor = at_home(make_app, census)
    assert (visitor.heading, "New York, district 12" in visitor.text) == (WRITE, True)
    assert [(asked["street"], asked["city"], asked["state"]) for asked in census.asked] == [
        ("1 Main Street", "New York", "NY")
    ]
    assert (visitor.value("street"), visitor.value("city")) == ("1 Main Street", "New York")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (send_json(found()), "This address is not found"),
        (send(b"<html>down for maintenance</html>"), "did not answer just now"),
        (send_json({}, status=503), "did not answer just now"),
    ],
    ids=["no match", "no answer", "an error"],
)
def test_without_an_answer_from_the_census_the_choice_by_name_remains(
    make_app: MakeApp, census: Census, reply: object, said: str
) -> None:
    census.reply = reply  # type: ignore[assignment]
    visitor = at_home(make_app, census)
    assert (visitor.status, visitor.heading, said in visitor.text) == (200, CHOOSE, True)
    assert (visitor.value("street"), visitor.value("city")) == ("1 Main Street", "New York")
    visitor.press("Continue", seat="NY-10")
    assert (visitor.heading, visitor.value("street")) == (WRITE, "1 Main Street")


def test_an_address_in_two_districts_leaves_these_two(make_app: MakeApp, census: Census) -> None:
    census.reply = send_json(found(match("3612", "3610", state="NY", zip_code="10001")))
    visitor = at_home(make_app, census)
    assert [tag["value"] for tag in visitor.soup.select("input[type=radio]")] == ["NY-10", "NY-12", "none"]


def test_what_was_written_is_kept_through_a_choice(visitor: Visitor) -> None:
    visitor.find().press("Another ZIP code", story__tie="My own words.", role="faith", street="")
    visitor.press("Find my offices", zip="10001", state="").press("Continue", seat="NY-10")
    assert (visitor.heading, visitor.value("story-tie")) == (WRITE, "My own words.")
    assert [tag["value"] for tag in visitor.soup.select("input[type=radio][checked]")] == ["faith"]


def test_not_your_representative_is_always_answered_and_keeps_what_was_typed(make_app: MakeApp, census: Census) -> None:
    census.reply = send(b"<html>down for maintenance</html>")
    visitor = Visitor(make_app(census_url=census.url).test_client()).find("04101")
    assert visitor.heading == WRITE
    visitor.press("Not your representative?", story__tie="My own words.", street="1 Main Street", city="Portland")
    assert (visitor.status, visitor.heading) == (200, CHOOSE)
    assert census.asked == [], "the address is asked about only when whoever typed it says so"
    assert [tag["value"] for tag in visitor.soup.select("input[type=radio]")] == ["ME-01", "none"]
    visitor.press("Look up my address")
    assert "did not answer just now" in visitor.text
    assert visitor.heading == CHOOSE
    visitor.press("Continue with this one", seat="ME-02")
    assert (visitor.heading, "Maine, district 2" in visitor.text) == (WRITE, True)
    assert (visitor.value("story-tie"), visitor.value("street")) == ("My own words.", "1 Main Street")
    asked = len(census.asked)
    visitor.press("Not your representative?").press("Continue with this one", seat="ME-02")
    assert len(census.asked) == asked, "whoever names their representative needs no service"


def test_in_a_state_with_one_seat_only_the_zip_code_can_be_wrong(visitor: Visitor) -> None:
    visitor.find("82001").press("Not your representative?", story__tie="My own words.")
    assert (visitor.status, visitor.heading, visitor.value("zip")) == (200, FIND, "82001")
    assert "one seat in the House for all of Wyoming" in visitor.notice
    visitor.press("Find my offices", zip="04101")
    assert (visitor.heading, visitor.value("story-tie")) == (WRITE, "My own words.")


def test_another_zip_code_from_the_choice_keeps_what_was_typed(visitor: Visitor) -> None:
    visitor.find().press("Not your representative?", story__tie="My own words.").press("Another ZIP code")
    assert (visitor.heading, visitor.value("state")) == (FIND, "")
    visitor.press("Find my offices", zip="82001")
    assert (visitor.heading, visitor.value("story-tie")) == (WRITE, "My own words.")
