"""Every test that SECURITY.md names is there."""

from __future__ import annotations

import re

import pytest

from campaign.config import ROOT

NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "SECURITY.md").read_text())


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_is_named_is_there(file: str, name: str) -> None:
    assert f"def {name}(" in (ROOT / file).read_text()


def test_each_of_the_twenty_checks_names_one() -> None:
    rows = re.findall(r"^\| \d+\.\d+\.\d+.*$", (ROOT / "SECURITY.md").read_text(), re.MULTILINE)
    assert len(rows) == 20
    assert all("::test_" in row for row in rows)
