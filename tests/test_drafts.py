"""What the campaign's own words alone would make: many letters, of which no office would file two as one."""

from __future__ import annotations

import json
import statistics
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from campaign import drafts, originality
from campaign.addresses import Address
from campaign.config import ROOT
from campaign.congress.roster import Roster
from campaign.congress.tables import TABLES
from campaign.drafts import addressee, own_paragraphs, samples, supply
from campaign.letters import Wish, assemble, load
from tests.serving import campaign, environment
from tests.story import STORY

TODAY = date(2026, 11, 24)
BANK = load(ROOT / "letters")
ROSTER = Roster.load(TABLES)
HOME = Address("12 Congress Street", "Portland", "ME", "04101")


def bodies(slug: str, count: int) -> list[str]:
    return [sample.body for sample in samples(BANK, BANK.letter(slug), ROSTER, count, "a seed", TODAY)]


@pytest.mark.parametrize("slug", sorted(BANK.letters))
def test_a_thousand_letters_without_own_words_share_little(slug: str) -> None:
    of_each = [
        {originality.key(run) for run in originality.sequences(body[slice(*originality.middle(body))])}
        for body in bodies(slug, 1000)
    ]
    shares = [len(one & other) / min(len(one), len(other)) for one, other in combinations(of_each, 2)]
    assert statistics.median(shares) <= 0.35
    assert statistics.quantiles(shares, n=20)[-1] < 0.70


@pytest.mark.parametrize("slug", sorted(BANK.letters))
def test_a_sample_is_a_whole_letter_and_none_of_it_is_anybodys_own(slug: str) -> None:
    for sample in samples(BANK, BANK.letter(slug), ROSTER, 40, "a seed", TODAY):
        office = ROSTER.offices[sample.office]
        greeting, *middle, sign_off = sample.body.split("\n\n")
        assert greeting == f"{office.salutation},"
        assert len(middle) >= 3
        city = sign_off.split("\n")[-1].partition(",")[0]
        address = Address("[street]", city, sample.office[:2], "[ZIP code]")
        everything = supply(BANK, address, [addressee(office, 0)])
        assert originality.measure(sample.body, everything).percent == 0
        assert sample.subject


def test_own_words_count_as_own() -> None:
    office = ROSTER.offices["ME-S1"]
    wish = Wish("neighbor", ("safety",), STORY, "Ana Reyes", HOME)
    body = assemble(BANK, BANK.letter("protect-parole"), addressee(office, 0), wish, "seed").body
    measured = originality.measure(body, supply(BANK, HOME, [addressee(office, 0)]))
    assert measured.percent >= originality.GOAL
    assert "teaches" not in "".join(body[start:end] for start, end in measured.marks)


def test_an_example_of_ours_is_not_somebodys_own() -> None:
    everything = supply(BANK, HOME, [])
    for question in BANK.questions.values():
        assert originality.measure(question.example, everything).percent == 0


def test_what_can_be_supplied_differs_by_place_and_office() -> None:
    chair = addressee(ROSTER.offices["IA-S3"], 0)
    assert chair.standing == "chair"
    here, there = (supply(BANK, Address("1 Elm Street", city, "IA", "50301"), [chair]) for city in ("Ames", "Pella"))
    assert here != there
    assert supply(BANK, Address("1 Elm Street", "Ames", "IA", "50301"), []) < here


def test_a_changed_bank_is_worked_out_anew() -> None:
    one, other = load(ROOT / "letters"), load(ROOT / "letters")
    first = supply(one, HOME, [])
    assert supply(other, HOME, []) == first
    assert drafts._last is not None
    assert drafts._last[0] is other


def test_the_command_prints_json_lines_the_same_for_the_same_seed(tmp_path: Path) -> None:
    def run(seed: str) -> list[dict[str, object]]:
        ended = campaign("letters", "sample", "extend-status", "-n", "20", "--seed", seed, env=environment(tmp_path))
        assert (ended.returncode, ended.stderr) == (0, "")
        return [json.loads(line) for line in ended.stdout.splitlines()]

    first = run("7")
    assert len(first) == 20
    assert {tuple(message) for message in first} == {("subject", "body", "office", "own_words")}
    assert {message["own_words"] for message in first} == {None}
    assert run("7") == first
    assert run("8") != first


def test_a_letter_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    ended = campaign("letters", "sample", "nothing", env=environment(tmp_path))
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "campaign: There is no such letter.\n")


def test_a_subcommittee_is_named_alone() -> None:
    assert addressee(ROSTER.offices["CA-05"], 0).committee.startswith("Subcommittee on Immigration")
    assert addressee(ROSTER.offices["CA-05"], 0).standing == "chair"
    assert addressee(ROSTER.offices["ME-S1"], 0).standing == ""


OURS = BANK.letter("protect-parole").reasons["safety"][0].text


def test_a_long_name_of_a_town_is_no_words_of_the_campaigns() -> None:
    town = "Town and Country of Saint Louis Park"
    home = Address("12 Main Street", town, "MN", "55416")
    to = addressee(ROSTER.offices["MN-S1"], 0)
    assert originality.measure(f"{town} welcomed them.", supply(BANK, home, [to])).percent == 100
    wish = Wish("neighbor", ("safety",), "", "Ana Reyes", home)
    bodies = [assemble(BANK, BANK.letter("protect-parole"), to, wish, str(seed)).body for seed in range(20)]
    assert any(town in body[: body.rindex("\n\n")] for body in bodies)
    assert all(originality.measure(body, supply(BANK, home, [to])).percent < 10 for body in bodies)


@pytest.mark.parametrize("slug", sorted(BANK.letters))
def test_a_letter_is_usually_as_long_as_it_is_said_to_be(slug: str) -> None:
    letter = BANK.letter(slug)
    lengths = []
    for number, role in enumerate(BANK.roles):
        wish = Wish(role, tuple(reason.code for reason in letter.file.reasons)[:2], "", "Ana Reyes", HOME)
        body = assemble(BANK, letter, addressee(ROSTER.offices["ME-S1"], 0), wish, str(number)).body
        lengths.append(len(body[slice(*originality.middle(body))].split()))
    assert abs(sum(lengths) / len(lengths) - letter.usual_words(2)) < 12
    assert letter.usual_words(3) - letter.usual_words(2) > 15


@pytest.mark.parametrize(
    ("paragraphs", "own"),
    [
        ([STORY, "We would miss her very much here.", OURS, "Sincerely,\nAna Reyes"], 2),
        # After the campaign's words comes what may be a sign-off of any shape.
        ([STORY, OURS, "Sincerely\nAna Reyes\n12 Congress Run\nPortland, ME 04101"], 1),
        ([OURS, "Ana Reyes\n45 Fox Run\nPortland, ME 04101"], 0),
        ([OURS, STORY, "Sincerely,\nAna Reyes\nPortland"], 0),
        # What could endanger somebody, what is mixed, what is too short to tell.
        (["Her number is A123456789, and she waits for a letter.", STORY, OURS], 1),
        ([f"{STORY} {OURS}", STORY], 0),
        (["Please help.", STORY, OURS], 1),
    ],
)
def test_the_story_is_what_may_be_quoted(paragraphs: list[str], own: int) -> None:
    body = "\n\n".join(["Dear Senator King,", *paragraphs])
    assert len(list(own_paragraphs(body, HOME, BANK, addressee(ROSTER.offices["ME-S1"], 0)))) == own
