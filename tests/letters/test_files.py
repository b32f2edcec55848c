"""Files are read as people write them, and whatever is wrong in one is said with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from campaign.letters import check
from campaign.letters.bank import Campaign, Destination, Fact, LetterFile
from campaign.letters.files import Unreadable, listing, passages, read
from campaign.letters.tables import Text, line_in, table, tables
from tests.letters.conftest import CAMPAIGN, DESTINATIONS, FACTS, LETTER, edit


def written(tmp_path: Path, content: str | bytes) -> Path:
    file = tmp_path / "text.txt"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("One.\n\nTwo.\n", [("One.", 1), ("Two.", 3)]),
        ("One.\n\nTwo.", [("One.", 1), ("Two.", 3)]),  # no newline at the end
        ("\n\n  One  \ngoes\ton.\n\n\n\nTwo.\n", [("One goes on.", 3), ("Two.", 8)]),
        ("# A note.\nOne.\n# Another,\nand on.\n#\n\nTwo.\n", [("One. and on.", 2), ("Two.", 7)]),
        ("  # An indented note.\n\nOne is #1.\n", [("One is #1.", 3)]),
        ("One.\n#\nstill one.\n", [("One. still one.", 1)]),  # a note alone parts nothing
        ("One.\r\n\r\nTwo\r\nlines.\r\n", [("One.", 1), ("Two lines.", 3)]),
        ("One.\r\rTwo.\r", [("One.", 1), ("Two.", 3)]),
        ("One\u2028goes on.\x0c\n\nTwo.\n", [("One goes on.", 1), ("Two.", 3)]),  # no editor counts these as lines
        ("One\u00a0and  the same.\n", [("One and the same.", 1)]),
        ("\ufeff# A note behind a byte order mark.\n\nOne.\n", [("One.", 3)]),
        ("\ufeffOne.\n", [("One.", 1)]),
        ("", []),
        ("\n \n\t\n# Nothing but notes.\n", []),
        ("¿Sí? “Yes.”\n", [("¿Sí? “Yes.”", 1)]),
    ],
)
def test_paragraphs_are_alternatives_and_know_their_line(
    tmp_path: Path, content: str, found: list[tuple[str, int]]
) -> None:
    file = written(tmp_path, content)
    assert [(passage.text, passage.line) for passage in passages(file)] == found
    assert {passage.file for passage in passages(file)} <= {file}


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        read(tmp_path / "nowhere.txt")
    assert str(caught.value.finding) == f"{tmp_path / 'nowhere.txt'}:1: error: this file is missing"


def test_a_folder_in_the_place_of_a_file_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="cannot be read: Is a directory"):
        read(tmp_path)


def test_what_is_not_utf_8_is_found_in_its_line(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="not UTF-8") as caught:
        passages(written(tmp_path, b"One.\n\nCaf\xe9.\n"))
    assert caught.value.finding.line == 3


def test_a_toml_file_may_begin_with_a_byte_order_mark_and_have_any_line_ends(tmp_path: Path) -> None:
    file = written(tmp_path, "\ufeff" + CAMPAIGN.replace("\n", "\r\n"))
    campaign = table(file, Campaign)
    assert (campaign.name, [account.name for account in campaign.accounts]) == ("Harbor", ["Mastodon", "Bluesky"])


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('name = "a"\ntimezone = \n', 2),
        ('name = "a"\n\nname = "b"\n', 3),
        ("name = “a”\n", 1),
        ('a = "x"\n\nb = """\nnever ends\n\n\n', 4),
        ("\nrecheck = 2027-02-30\n", 2),
    ],
)
def test_what_is_not_toml_is_found_in_its_line(tmp_path: Path, content: str, line: int) -> None:
    with pytest.raises(Unreadable, match="not TOML") as caught:
        table(written(tmp_path, content), Campaign)
    assert caught.value.finding.line == line


def test_a_number_longer_than_python_reads_is_a_finding_too(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="not TOML"):
        table(written(tmp_path, f"order = {'9' * 5000}\n"), LetterFile)


@pytest.mark.parametrize(
    ("content", "old", "new", "line", "said"),
    [
        (CAMPAIGN, 'name = "Harbor"', "", 1, "missing required field `name`"),
        (CAMPAIGN, 'name = "Harbor"', "name = 7", 1, "name: Expected `str`, got `int`"),
        (CAMPAIGN, 'name = "Harbor"', 'name = " "', 1, "name: this is empty"),
        (CAMPAIGN, "organization =", "organisation =", 3, "unknown field `organisation`"),
        (CAMPAIGN, "organization =", "goal = 0\norganization =", 3, "goal: Expected `int` >= 1"),
        (CAMPAIGN, "organization =", "milestones = [5, 0]\norganization =", 3, "milestones.1: Expected `int` >= 1"),
        (CAMPAIGN, "organization =", "milestones = [5, 7.5]\norganization =", 3, "milestones.1: Expected `int`"),
        (CAMPAIGN, "organization =", "milestones = 500\norganization =", 3, "milestones: Expected `array`"),
        (CAMPAIGN, 'name = "Bluesky"', 'nam = "Bluesky"', 12, "accounts.1: Object contains unknown field `nam`"),
        (CAMPAIGN, 'name = "Bluesky"\n', "", 11, "accounts.1: Object missing required field `name`"),
        (CAMPAIGN, "https://bsky", "http://bsky", 13, "accounts.1.url: a link is an https address"),
    ],
)
def test_a_wrong_field_of_the_campaign_is_found_in_its_line(
    tmp_path: Path, content: str, old: str, new: str, line: int, said: str
) -> None:
    file = written(tmp_path, content)
    edit(file, old, new)
    with pytest.raises(Unreadable) as caught:
        table(file, Campaign)
    assert (caught.value.finding.line, said in caught.value.finding.text) == (line, True), caught.value.finding


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('status = "live"', 'status = "open"', 4, "status: a letter is draft, live or ended"),
        ("order = 10", 'order = "first"', 5, "order: Expected `int`, got `str`"),
        ("order = 10", "order = true", 5, "order: Expected `int`, got `bool`"),
        ('label = "It eases the border"', "label = 5", 13, "reasons.1.label: Expected `str`, got `int`"),
        ('label = "It eases the border"', "", 11, "reasons.1: Object missing required field `label`"),
        ('code = "border"', 'code = "The border"', 12, "reasons.1.code: a code is made of small letters"),
        ('code = "border"', 'code = "border\\n"', 12, "reasons.1.code: a code is made of small letters"),
        ('title = "Keep the door open"', 'title = """\n\n """', 1, "title: this is empty"),
    ],
)
def test_a_wrong_field_of_a_letter_is_found_in_its_line(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    file = written(tmp_path, LETTER)
    edit(file, old, new)
    with pytest.raises(Unreadable) as caught:
        table(file, LetterFile)
    assert (caught.value.finding.line, said in caught.value.finding.text) == (line, True), caught.value.finding


def test_a_letter_without_reasons_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, LETTER.split("[[", 1)[0] + "reasons = []\n")
    with pytest.raises(Unreadable, match="reasons: Expected `array` of length >= 1") as caught:
        table(file, LetterFile)
    assert caught.value.finding.line == 7


@pytest.mark.parametrize(
    ("content", "kind", "old", "new", "line", "said"),
    [
        # the same name stands in an earlier entry, and must not be taken for this one
        (DESTINATIONS, Destination, 'label = "Give tools"', "label = 5", 6, "tools.label: Expected `str`"),
        (DESTINATIONS, Destination, 'label = "Give tools"\n', "", 5, "tools: Object missing required field `label`"),
        (DESTINATIONS, Destination, 'label = "Give tools"', 'title = "Give tools"', 6, "unknown field `title`"),
        (DESTINATIONS, Destination, "[tools]", "[Tools]", 5, "Tools: a code is made of small letters"),
        (DESTINATIONS, Destination, "[tools]", '["tools\\n"]', 1, "a code is made of small letters"),
        (DESTINATIONS, Destination, "[tools]", "tools = 7\n[more]", 5, "give: Object contains unknown field `tools`"),
        (DESTINATIONS, Destination, "[give]", "more = 7\n[give]", 1, "more: Expected `object`, got `int`"),
        (FACTS, Fact, "[unsaid]\nclaim", "[unsaid]\nclaims", 18, "unsaid: Object contains unknown field `claims`"),
        (FACTS, Fact, "2020-01-01", '"soon"', 22, "unsaid.recheck: Invalid RFC3339"),
        (FACTS, Fact, 'figure = ""', "figure = 7", 19, "unsaid.figure: Expected `str`, got `int`"),
    ],
)
def test_a_wrong_entry_is_found_in_its_own_line(
    tmp_path: Path, content: str, kind: type, old: str, new: str, line: int, said: str
) -> None:
    file = written(tmp_path, content)
    edit(file, old, new)
    with pytest.raises(Unreadable) as caught:
        tables(file, kind)
    finding = caught.value.finding
    assert said in finding.text
    assert finding.line == line, finding


def test_a_role_is_a_line_of_text(tmp_path: Path) -> None:
    file = written(tmp_path, 'neighbor = "A neighbor"\nsponsor = ["A sponsor"]\n')
    with pytest.raises(Unreadable, match="sponsor: Expected `str`, got `array`") as caught:
        tables(file, Text)
    assert caught.value.finding.line == 2


def test_a_value_of_several_lines_is_found_where_it_begins(tmp_path: Path) -> None:
    file = written(tmp_path, '# title and outcome\ntitle = """\noutcome = 1\n"""\n\n"outcome" = """\nDone.\n"""\n')
    assert (line_in(file, "title"), line_in(file, "outcome"), line_in(file, "summary")) == (2, 6, 1)


def test_a_fact_has_its_fields(tmp_path: Path) -> None:
    fact = tables(written(tmp_path, FACTS), Fact)["afghan-young"]
    assert fact == Fact("Many are young.", "67 percent", "An explainer", "2025", date(2099, 1, 1))


REFUSED = [
    "http://harbor-aid.us/",
    "HTTP://harbor-aid.us/",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    " javascript:alert(1)",
    "java\\nscript:alert(1)",
    "javascript:alert(1)\\nhttps://harbor-aid.us/",
    "javascript://harbor-aid.us/%0aalert(1)",
    "data:text/html,hello",
    "DATA:text/html,hello",
    "vbscript:x",
    "//harbor-aid.us/",
    "/give",
    "harbor-aid.us",
    "",
    " https://harbor-aid.us/",
    "https://harbor-aid.us/ ",
    "https://harbor-aid.us/\\n",
    "https://harbor-aid.us/a b",
    "https://harbor-aid.us/\\u0000",
    "https://harbor-aid.us\\u2028/",
    "https://user@harbor-aid.us/",
    "https://user:secret@harbor-aid.us/",
    "https://harbor-aid.us@elsewhere.us/",
    "https://harbor-aid.us\\\\@elsewhere.us/",
    "https://harbor-aid.us/\\\\elsewhere.us",
    "https:\\\\\\\\harbor-aid.us",
    "https:///harbor-aid.us/",
    "https://localhost/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://hаrbor-aid.us/",  # a Cyrillic а
    "https://-harbor.us/",
    "https://harbor..us/",
    "mailto:",
    "mailto:nobody",
    "mailto:a@b@harbor-aid.us",
    "mailto:a@harbor-aid.us\\nbcc:b@harbor-aid.us",
    "ftp://harbor-aid.us/",
]


@pytest.mark.parametrize("url", REFUSED)
@pytest.mark.parametrize(
    ("name", "old", "way"),
    [
        ("campaign.toml", "https://harbor-aid.us/", ("website",)),
        ("campaign.toml", "mailto:questions@harbor-aid.us", ("contact",)),
        ("campaign.toml", "https://bsky.harbor-aid.us/harbor", ("accounts", 1, "url")),
        ("destinations.toml", "https://give.harbor-aid.us/tools", ("tools", "url")),
    ],
)
def test_no_link_leads_astray(folder: Path, name: str, old: str, way: tuple[str | int, ...], url: str) -> None:
    file = folder / name
    line = line_in(file, *way)
    edit(file, f'"{old}"', f'"{url}"')
    errors = [finding for finding in check(folder) if finding.level == "error"]
    assert [(finding.file, finding.line) for finding in errors] == [(file, line)]
    assert errors[0].text.startswith(".".join(map(str, way)) + ": a ")


@pytest.mark.parametrize(
    "url",
    [
        "https://harbor-aid.us",
        "https://www.harbor-aid.us:8443/give?to=work&how=monthly#now",
        "https://harbor-aid.us?give",
        "https://xn--hrbor-fra.us/s%C3%AD/@us",
        "https://harbor-aid.us/sí",
    ],
)
def test_a_plain_https_address_is_a_destination(folder: Path, url: str) -> None:
    edit(folder / "destinations.toml", "https://give.harbor-aid.us/tools", url)
    assert check(folder) == []


def test_money_is_given_on_a_page_and_not_by_mail(folder: Path) -> None:
    edit(folder / "destinations.toml", "https://give.harbor-aid.us/tools", "mailto:give@harbor-aid.us")
    assert ["tools.url: a page's address" in finding.text for finding in check(folder)] == [True]


def test_questions_are_answered_by_mail_or_on_a_page(folder: Path) -> None:
    contact = "mailto:questions@harbor-aid.us"
    for other in ("mailto:q.uestions+us@harbor-aid.us?subject=Letters", "https://harbor-aid.us/contact"):
        edit(folder / "campaign.toml", contact, other)
        assert check(folder) == []
        contact = other


def test_only_what_writers_mean_to_be_read_is_listed(folder: Path) -> None:
    before = listing(folder)
    for name in (
        "campaign.toml~",
        ".facts.toml.swp",
        "door/.letter.toml.un~",
        "door/asks/house.txt~",
        "door/asks/#house.txt#",
        "door/asks/._house.txt",
        "door/asks/house.txt.bak",
        "door/asks/4913",
        ".git/config.toml",
        "door/.cache/x.txt",
        "door/asks/old/house.txt",
    ):
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("not meant")
    (folder / "door/asks/.#house.txt").symlink_to("writer@desk.1234:5678")  # how Emacs marks an open file
    (folder / "door/openings/round").symlink_to(folder, target_is_directory=True)  # a circle
    assert listing(folder) == before
    assert check(folder) == []
