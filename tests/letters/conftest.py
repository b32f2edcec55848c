"""A tiny bank that has nothing wrong with it; each test breaks one thing."""

from __future__ import annotations

from pathlib import Path

import pytest

CAMPAIGN = """\
name = "Harbor"
timezone = "America/New_York"
organization = "Harbor Aid"
website = "https://harbor-aid.us/"
contact = "mailto:questions@harbor-aid.us"
ends = 2030-12-31
[[accounts]]
name = "Mastodon"
url = "https://social.harbor-aid.us/@harbor"

[[accounts]]
name = "Bluesky"
url = "https://bsky.harbor-aid.us/harbor"
"""

FACTS = """\
# The ledger.

[u4u-border]
claim = "Encounters fell."
figure = "from 20 to 1"
source = "An explainer"
date = "2025"
recheck = 2099-01-01

[afghan-young]
claim = "Many are young."
figure = "67 percent"
source = "An explainer"
date = "2025"
recheck = 2099-01-01

[unsaid]
claim = "The source leaves this blank."
figure = ""
source = "An explainer"
date = "2025"
recheck = 2020-01-01

[filed-as-one]
claim = "Offices file letters alike as one."
figure = "70 percent"
source = "An explainer"
date = "2025"
recheck = 2099-01-01
"""

ROLES = """\
neighbor = "A neighbor who cares"
sponsor = "A sponsor"
"""

QUESTIONS = """\
[tie]
label = "What ties you to this?"
example = "The door of our school is open."

[ask]
label = "What do you ask?"
example = "Please come and see the door."
"""

PLEDGES = """\
[call]
label = "Call an office"
next = "The number is on this page."
"""

DESTINATIONS = """\
[give]
label = "Give"
url = "https://give.harbor-aid.us/now"

[tools]
label = "Give tools"
url = "https://give.harbor-aid.us/tools"
"""

LETTER = """\
title = "Keep the door open"
summary = "Ask for an open door."
about = "A door can be kept open."
status = "live"
order = 10

[[reasons]]
code = "safety"
label = "It saves lives"

[[reasons]]
code = "border"
label = "It eases the border"
"""

TEXTS = {
    "subjects": "Keep the door open\n\nA request from {city}\n\nThe open door and {state}\n",
    "openings/neighbor": "As a neighbor in {city} I care.\n\nA good neighbor cares, here in {state}.\n",
    "openings/sponsor": "I have been a sponsor.\n\nSponsors have given a welcome in {city}.\n",
    "reasons/safety": "It keeps people safe.\n\nSafety is the reason for it.\n\nDanger does not wait.\n",
    "reasons/border": (
        "# The ledger has the figure.\nEncounters fell\n{fact:u4u-border}.\n\n"
        "Encounters went {fact:u4u-border}.\n\nA lawful way in eases the border.\n"
    ),
    "asks/house": "Please speak for it in the House.\n\nWill the House hear from you on it?\n",
    "asks/senate": "Please vote for it in the Senate.\n\nWill you say in the Senate that you are for it?\n",
    "committees/chair": "You chair the {committee}.\n\nThe {committee} has you in its chair.\n",
    "committees/ranking": "The {committee} listens to you.\n\nYou lead your side on the {committee}.\n",
    "committees/member": "You sit on the {committee}.\n\nThe {committee} is yours too.\n",
}


def write_letter(place: Path) -> None:
    """A letter's folder."""
    files = {"letter.toml": LETTER} | {f"{name}.txt": text for name, text in TEXTS.items()}
    for name, text in files.items():
        file = place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a whole bank: two roles, two reasons, one letter named `door`."""
    place = tmp_path / "letters"
    write_letter(place / "door")
    for name, text in {
        "campaign": CAMPAIGN,
        "facts": FACTS,
        "roles": ROLES,
        "questions": QUESTIONS,
        "pledges": PLEDGES,
        "destinations": DESTINATIONS,
    }.items():
        (place / f"{name}.toml").write_text(text, encoding="utf-8")
    return place


def edit(file: Path, old: str, new: str) -> None:
    """Put `new` where `old` stands, once; the file has it."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{file.name} has no {old!r}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
