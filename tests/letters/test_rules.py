"""Every rule names the file and the line in which it is broken; what breaks none is left alone."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from campaign.cli import cli
from campaign.config import ROOT
from campaign.errors import Misconfigured
from campaign.letters import check, load
from campaign.letters.bank import Campaign
from campaign.letters.rules import FEWEST, ON_PAGES
from tests.letters.conftest import FACTS, TEXTS, edit, write_letter


def errors(folder: Path) -> list[tuple[str, int, str]]:
    """File, line and text of every error."""
    return [
        (str(finding.file.relative_to(folder)), finding.line, finding.text)
        for finding in check(folder)
        if finding.level == "error"
    ]


def warnings(folder: Path, today: date | None = None) -> list[tuple[str, int, str]]:
    """The same for warnings; there is nothing else."""
    findings = check(folder, today)
    assert {finding.level for finding in findings} <= {"warning"}
    return [(str(finding.file.relative_to(folder)), finding.line, finding.text) for finding in findings]


def test_the_tiny_bank_breaks_no_rule(folder: Path) -> None:
    assert check(folder) == []


TWICE = "the address has {!r} already; it would stand there twice"
NO_NAME = "tools.click_parameter: a parameter's name begins with a letter and has letters, digits, _ and - alone"

FIGURES = [
    ("20,000 people came", ["20,000"]),
    ("In 2024 they came.", ["2024"]),
    ("since mid-2024", ["2024"]),
    ("a 3rd time", ["3"]),
    ("about 1.5 of them", ["1.5"]),
    ("in ٢٠ towns", ["٢٠"]),
    ("½ of them", ["½"]),
    ("most (%) of them", ["%"]),
    ("a sum in $ and €", ["$", "€"]),
    ("Twenty-one came", ["Twenty"]),
    ("HUNDREDS came", ["HUNDREDS"]),
    ("one million came", ["million"]),
    ("sixty percent", ["sixty", "percent"]),
    ("a small per cent", ["per cent"]),
    ("one in three", ["three"]),
    ("half of them", ["half"]),
    ("it doubled", ["doubled"]),
    ("a tenfold rise", ["tenfold"]),
    ("dozens of families", ["dozens"]),
]
PLACES = [
    ("door/subjects.txt", "Keep the door open", 1),
    ("door/openings/sponsor.txt", "Sponsors have given a welcome in {city}.", 3),
    ("door/reasons/safety.txt", "Danger does not wait.", 5),
    ("door/asks/senate.txt", "Please vote for it in the Senate.", 1),
    ("door/letter.toml", "Keep the door open", 1),
    ("door/letter.toml", "Ask for an open door.", 2),
    ("door/letter.toml", "A door can be kept open.", 3),
    ("door/letter.toml", "It eases the border", 13),
]


@pytest.mark.parametrize(("words", "figures"), FIGURES)
@pytest.mark.parametrize(("name", "old", "line"), PLACES)
def test_a_figure_comes_from_the_ledger(
    folder: Path, name: str, old: str, line: int, words: str, figures: list[str]
) -> None:
    edit(folder / name, old, words)
    found = errors(folder)
    assert [(file, at) for file, at, _ in found] == [(name, line)] * len(figures)
    assert [text.split(" is a figure")[0] for *_, text in found] == [repr(figure) for figure in figures]


@pytest.mark.parametrize(
    "words",
    [
        "U4U and CBP One worked.",
        "It is one of us, and one day it may be anyone.",
        "A Form I-94 or an H-2B visa, in the days of COVID-19.",
        "On their behalf, with tenderness, for someone often forgotten.",
        "{fact:u4u-border} is in the ledger, and {fact:afghan-young} too.",
        "From {city}, in {state}.",
        "A secondhand coat; a first welcome; a second chance.",
    ],
)
def test_a_digit_in_a_name_and_the_word_one_are_no_figures(folder: Path, words: str) -> None:
    edit(folder / "door/reasons/safety.txt", "Danger does not wait.", words)
    assert errors(folder) == []


def test_a_fact_may_be_named_for_its_figure(folder: Path) -> None:
    edit(folder / "facts.toml", "[afghan-young]", "[half-in-2024]")
    with (folder / "facts.toml").open("a") as file:
        file.write(FACTS[FACTS.index("[afghan-young]") : FACTS.index("[unsaid]")])
    edit(folder / "door/reasons/safety.txt", "Danger does not wait.", "It was {fact:half-in-2024}.")
    assert check(folder) == []


def test_a_figure_beside_a_placeholder_is_seen(folder: Path) -> None:
    edit(folder / "door/reasons/safety.txt", "Danger does not wait.", "It is {fact:afghan-young}% of {city}2.")
    assert [text.split()[0] for *_, text in errors(folder)] == ["'%'", "'2'"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("{county}", "unknown placeholder {county}"),
        ("{committee}", "unknown placeholder {committee}"),
        ("{City}", "unknown placeholder {City}"),
        ("{ city }", "unknown placeholder { city }"),
        ("{}", "unknown placeholder {}"),
        ("{city:upper}", "unknown placeholder {city:upper}"),
        ("{% if city %}", "unknown placeholder {% if city %}"),
        ("{{city}}", "a brace without its partner"),
        ("{city", "a brace without its partner"),
        ("city}", "a brace without its partner"),
        ("{fact:u4u-boarder}", "there is no fact 'u4u-boarder' in the ledger"),
        ("{fact:}", "there is no fact '' in the ledger"),
        ("{fact: u4u-border}", "there is no fact ' u4u-border' in the ledger"),
        ("{fact:unsaid}", "the ledger has no figure for 'unsaid'; it stays unsaid"),
        ("zero\u200bwidth", "'zero' is a figure"),
        ("a soft\u00adhyphen", "U+00AD is a character that nobody sees"),
        ("turned \u202eround", "U+202E is a character that nobody sees"),
    ],
)
@pytest.mark.parametrize(("name", "old", "line"), PLACES[:4])
def test_what_cannot_be_filled_in_or_seen_is_refused(
    folder: Path, name: str, old: str, line: int, words: str, said: str
) -> None:
    edit(folder / name, old, words)
    found = errors(folder)
    assert {(file, at) for file, at, _ in found} == {(name, line)}
    assert any(text.startswith(said) for *_, text in found), found


@pytest.mark.parametrize(("name", "old", "line"), PLACES[4:])
def test_nothing_is_filled_in_where_a_letter_is_announced(folder: Path, name: str, old: str, line: int) -> None:
    edit(folder / name, old, "A door in {city}")
    assert errors(folder) == [(name, line, "a brace; placeholders are filled in the texts of a letter alone")]


def test_a_figure_of_white_space_is_no_figure(folder: Path) -> None:
    edit(folder / "facts.toml", 'figure = ""', 'figure = "  "')
    edit(folder / "door/reasons/safety.txt", "Danger does not wait.", "It is {fact:unsaid}.")
    assert errors(folder) == [
        ("door/reasons/safety.txt", 5, "the ledger has no figure for 'unsaid'; it stays unsaid"),
    ]


@pytest.mark.parametrize("name", TEXTS)
def test_too_few_alternatives_are_refused(folder: Path, name: str) -> None:
    file = folder / "door" / f"{name}.txt"
    kept = file.read_text().strip().rsplit("\n\n", 1)[0]
    file.write_text(kept + "\n")
    needed = FEWEST[name.split("/")[0]]
    ((where, _, text),) = errors(folder)
    assert (where, text) == (
        f"door/{name}.txt",
        f"too few alternatives: {needed - 1} of {needed}; they are parted by blank lines",
    )


def test_an_empty_text_has_no_alternatives(folder: Path) -> None:
    (folder / "door/asks/house.txt").write_text("# Nothing yet.\n")
    assert errors(folder) == [
        ("door/asks/house.txt", 1, "too few alternatives: 0 of 2; they are parted by blank lines"),
    ]


def test_a_text_said_again_is_no_alternative(folder: Path) -> None:
    with (folder / "door/openings/sponsor.txt").open("a") as file:
        file.write("\nI have been\na Sponsor.\n")
    assert errors(folder) == [("door/openings/sponsor.txt", 5, "this says the same as line 1")]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("openings/sponsor", "sponsor"),
        ("reasons/border", "border"),
        ("asks/house", "house"),
        ("committees/chair", "chair"),
    ],
)
def test_whatever_can_be_chosen_has_its_text(folder: Path, name: str, code: str) -> None:
    (folder / "door" / f"{name}.txt").unlink()
    assert errors(folder) == [(f"door/{name}.txt", 1, f"this letter has no text for {code!r}")]


def test_a_new_role_needs_an_opening_in_every_letter(folder: Path) -> None:
    write_letter(folder / "window")
    with (folder / "roles.toml").open("a") as file:
        file.write('veteran = "A veteran"\n')
    assert [(file, text) for file, _, text in errors(folder)] == [
        (f"{letter}/openings/veteran.txt", "this letter has no text for 'veteran'") for letter in ("door", "window")
    ]


@pytest.mark.parametrize("name", ["openings/sponser", "reasons/saftey", "asks/congress", "openings/neighbor (copy)"])
def test_a_file_that_nobody_asks_for_is_mistyped(folder: Path, name: str) -> None:
    (folder / "door" / f"{name}.txt").write_text("This is here.\n\nThis too.\n\nAnd this.\n")
    code = name.split("/")[1]
    assert errors(folder) == [(f"door/{name}.txt", 1, f"nothing asks for {code!r}; is it mistyped?")]


def test_a_reason_stands_once(folder: Path) -> None:
    edit(folder / "door/letter.toml", 'code = "border"', 'code = "safety"')
    assert ("door/letter.toml", 11, "reason 'safety' stands here a second time") in errors(folder)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "America", "../etc/passwd", "/etc/localtime", "EST5EDT ", "Zoé"])
def test_a_time_zone_exists(folder: Path, zone: str) -> None:
    edit(folder / "campaign.toml", "America/New_York", zone)
    assert errors(folder) == [("campaign.toml", 2, f"there is no time zone {zone!r}")]


@pytest.mark.parametrize(("numbers", "before", "after"), [("[500, 400]", 500, 400), ("[\n5,\n9,\n9]", 9, 9)])
def test_milestones_ascend(folder: Path, numbers: str, before: int, after: int) -> None:
    edit(folder / "campaign.toml", "organization =", f"milestones = {numbers}\norganization =")
    assert errors(folder) == [("campaign.toml", 3, f"the milestones ascend, and {after} comes after {before}")]


def test_the_next_milestone_is_the_first_that_is_not_reached(folder: Path) -> None:
    edit(folder / "campaign.toml", "organization =", "milestones = [500, 1000]\norganization =")
    campaign = load(folder).campaign
    assert [campaign.milestone(n) for n in (0, 499, 500, 999, 1000)] == [500, 500, 1000, 1000, None]
    assert Campaign(name="x", timezone="UTC").milestone(0) is None


def test_an_ended_letter_says_what_came_of_it(folder: Path) -> None:
    edit(folder / "door/letter.toml", '"live"', '"ended"')
    assert errors(folder) == [("door/letter.toml", 4, "an ended letter says in 'outcome' what happened")]
    edit(folder / "door/letter.toml", "order = 10", 'order = 10\noutcome = "On March 3, the Senate agreed, 60 to 40."')
    assert check(folder) == []


def test_somebody_must_be_able_to_say_who_they_are(folder: Path) -> None:
    (folder / "roles.toml").write_text("# Nobody.\n")
    shutil.rmtree(folder / "door/openings")
    assert errors(folder) == [("roles.toml", 1, "there is no role here that a supporter could choose")]


@pytest.mark.parametrize("name", ON_PAGES)
def test_the_pages_have_their_figures(folder: Path, name: str) -> None:
    facts = folder / "facts.toml"
    whole = facts.read_text()
    figure = {"u4u-border": "from 20 to 1", "afghan-young": "67 percent", "filed-as-one": "70 percent"}[name]
    line = whole[: whole.index(figure)].count("\n") + 1
    said = f"the site's pages need a figure for {name!r}"
    edit(facts, f'"{figure}"', '""')
    assert ("facts.toml", line, said) in errors(folder)
    edit(facts, f"[{name}]", "[another]")
    assert ("facts.toml", 1, said) in errors(folder)


def test_the_rule_knows_which_figures_the_pages_name() -> None:
    named = {
        name
        for template in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"figure\('([^']+)'\)", template.read_text())
    }
    assert named == set(ON_PAGES)


@pytest.mark.parametrize("name", ["Door", "the door", "door_two", "-door", "door-", "dör", "door.old"])
def test_a_letters_folder_has_a_name_that_can_stand_in_an_address(folder: Path, name: str) -> None:
    write_letter(folder / name)
    assert errors(folder) == [
        (f"{name}/letter.toml", 1, "a letter's folder is named in small letters, digits and hyphens"),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "campaign.toml",
        "facts.toml",
        "roles.toml",
        "questions.toml",
        "pledges.toml",
        "destinations.toml",
        "door/letter.toml",
        "door/subjects.txt",
    ],
)
def test_a_missing_file_is_found(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert errors(folder) == [(name, 1, "this file is missing")]


def test_a_folder_that_is_not_there_misses_all_its_files(tmp_path: Path) -> None:
    assert [text for *_, text in errors(tmp_path / "nowhere")] == ["this file is missing"] * 6


def test_a_letter_with_a_mistyped_letter_file_is_not_passed_over(folder: Path) -> None:
    (folder / "door/letter.toml").rename(folder / "door/leter.toml")
    assert errors(folder) == [("door/letter.toml", 1, "this file is missing")]


def test_every_unreadable_file_is_found_at_once(folder: Path) -> None:
    (folder / "pledges.toml").write_bytes(b'[call]\nlabel = "\xff"\n')
    (folder / "door/subjects.txt").write_bytes(b"Open\n\nCaf\xe9\n")
    edit(folder / "facts.toml", "[unsaid]", "[unsaid")
    assert [(name, line) for name, line, _ in errors(folder)] == [
        ("door/subjects.txt", 3),
        ("facts.toml", 17),
        ("pledges.toml", 2),
    ]


def test_a_letter_that_cannot_be_read_keeps_no_other_from_being_checked(folder: Path) -> None:
    write_letter(folder / "window")
    (folder / "window/subjects.txt").unlink()
    edit(folder / "door/asks/house.txt", "Please", "Twice, please")
    assert [(name, line) for name, line, _ in errors(folder)] == [
        ("door/asks/house.txt", 1),
        ("window/subjects.txt", 1),
    ]
    with pytest.raises(Misconfigured):
        load(folder)


def test_a_figure_not_looked_up_for_long_is_a_warning(folder: Path) -> None:
    edit(folder / "facts.toml", "2099-01-01", "2027-03-01")
    assert warnings(folder, date(2027, 2, 28)) == []
    assert warnings(folder, date(2027, 3, 1)) == [
        ("facts.toml", 8, "'u4u-border' was to be looked up again by 2027-03-01"),
    ]


@pytest.mark.parametrize("host", ["www.example.org", "EXAMPLE.com", "give.example", "shop.invalid", "give.test"])
def test_an_example_for_a_donation_page_is_a_warning(folder: Path, host: str) -> None:
    edit(folder / "destinations.toml", "give.harbor-aid.us/tools", f"{host}/tools")
    assert warnings(folder) == [
        ("destinations.toml", 7, "destination 'tools' is an example; set your own donation page"),
    ]


@pytest.mark.parametrize("host", ["example.us", "myexample.org", "example.org.harbor-aid.us"])
def test_a_page_that_only_sounds_like_an_example_is_none(folder: Path, host: str) -> None:
    edit(folder / "destinations.toml", "give.harbor-aid.us/tools", f"{host}/tools")
    assert check(folder) == []


@pytest.mark.parametrize(
    ("query", "lines", "found"),
    [
        ("", 'click_parameter = "ref"\nutm = {source = "x", term = "y"}', []),
        ("?fund=ref#ref=1", 'click_parameter = "ref"', []),
        ("?ref=1", 'click_parameter = "ref"', [(8, TWICE.format("ref"))]),
        ("?a=1&ref", 'click_parameter = "ref"', [(8, TWICE.format("ref"))]),
        (
            "?utm_term=1",
            '[tools.utm]\nterm = "y"',
            [(9, TWICE.format("utm_term"))],
        ),
        (
            "",
            'click_parameter = "utm_term"\nutm = {term = "y"}',
            [(8, TWICE.format("utm_term"))],
        ),
        ("", 'utm = {source = "{letter}"}', [(8, "a brace; nothing is filled in here")]),
        ("", 'utm = {source = ""}', [(8, "tools.utm.source: this is empty")]),
        ("", 'utm = {sauce = "x"}', [(8, "tools.utm: Object contains unknown field `sauce`")]),
        *(
            (
                "",
                f"click_parameter = {name!r}",
                [
                    (
                        8,
                        NO_NAME,
                    )
                ],
            )
            for name in ("", "a&b", "a=b", "a b", "1a", "ü", "a[]", "a\\n")
        ),
    ],
)
def test_what_goes_along_stands_once_in_the_address(
    folder: Path, query: str, lines: str, found: list[tuple[int, str]]
) -> None:
    edit(folder / "destinations.toml", 'us/tools"', f'us/tools{query}"\n{lines}')
    assert errors(folder) == [("destinations.toml", line, text) for line, text in found]


def test_a_campaign_that_nobody_signs_is_a_warning(folder: Path) -> None:
    (folder / "campaign.toml").write_text('name = "Harbor"\ntimezone = "America/Chicago"\n')
    assert [text for *_, text in warnings(folder)] == [
        "'organization' is not set; people cannot tell who runs this campaign",
        "'contact' is not set; people cannot tell who runs this campaign",
        "'ends' is not set; people's addresses are kept until they erase them",
    ]


def command(folder: Path) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["letters", "check"], env={"CAMPAIGN_LETTERS_DIR": str(folder)})
    return result.exit_code, result.output


def test_the_command_fails_with_file_line_and_reason(folder: Path) -> None:
    edit(folder / "door/reasons/safety.txt", "Danger does not wait.", "It saved 100 people in {county}.")
    edit(folder / "destinations.toml", "give.harbor-aid.us/tools", "www.example.org/")
    place = folder / "door/reasons/safety.txt"
    assert command(folder) == (
        1,
        f"{place}:5: error: unknown placeholder {{county}}\n"
        f"{place}:5: error: '100' is a figure; take it from the ledger, as {{fact:…}}\n"
        f"{folder / 'destinations.toml'}:7: warning: destination 'tools' is an example; set your own donation page\n"
        "Errors: 2. Warnings: 1.\n",
    )


def test_the_command_succeeds_on_warnings_and_on_nothing(folder: Path) -> None:
    assert command(folder) == (0, "Errors: 0. Warnings: 0.\n")
    edit(folder / "destinations.toml", "give.harbor-aid.us/tools", "www.example.org/")
    status, output = command(folder)
    assert (status, output.splitlines()[-1]) == (0, "Errors: 0. Warnings: 1.")


def test_the_command_succeeds_on_the_letters_of_the_project() -> None:
    status, output = command(ROOT / "letters")
    assert (status, " error: " in output) == (0, False), output
