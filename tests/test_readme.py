"""What the README says is true."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from campaign import config
from campaign.cli import cli
from campaign.config import ROOT

README = (ROOT / "README.md").read_text()


class Environment(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, key: str, default: str = "") -> str:  # type: ignore[override]
        self.asked.add(key)
        return default


def test_every_setting_is_explained_and_no_other() -> None:
    environment = Environment()
    config.load(environment)
    assert set(re.findall(r"^\| `(CAMPAIGN_\w+)`", README, re.MULTILINE)) == environment.asked


@pytest.mark.parametrize("command", re.findall(r"^\.venv/bin/campaign ([a-z-]+(?: [a-z-]+)?)", README, re.MULTILINE))
def test_every_command_exists(command: str) -> None:
    found: click.Command | None = cli
    for name in command.split():
        if isinstance(found, click.Group):
            _, found, _ = found.resolve_command(click.Context(found), [name])
    assert found is not None
    assert not isinstance(found, click.Group)


@pytest.mark.parametrize("target", re.findall(r"^make (\w+)", README, re.MULTILINE))
def test_every_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_every_link_to_a_file_leads_to_one(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / name).read_text())
    assert [link for link in links if not Path(ROOT / link).exists()] == []


def test_every_file_of_the_letters_table_exists() -> None:
    named = re.findall(r"^\| `(\w+\.toml)` \|", README, re.MULTILINE)
    assert named
    assert [name for name in named if not (ROOT / "letters" / name).is_file()] == []


def test_the_layout_in_contributing_is_the_layout() -> None:
    block = (ROOT / "CONTRIBUTING.md").read_text().split("```")[1]
    named = set(re.findall(r"(?<![\w/])(\w+)(?:\.py|/)", block))
    there = {path.stem for path in (ROOT / "campaign").iterdir() if not path.name.startswith("_")}
    assert there - named == set()
