"""The files for running the site elsewhere name nothing that is not there. What can be run here, is."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from campaign import config
from campaign.config import ROOT
from campaign.serve import GRACE_SECONDS
from tests.test_readme import Environment

DOCKERFILE = (ROOT / "Dockerfile").read_text()
UNIT = ROOT / "deploy" / "lifeline.service"


def settings() -> set[str]:
    environment = Environment()
    config.load(environment)
    return environment.asked


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return found


@pytest.mark.parametrize("path", [ROOT / "Dockerfile", ROOT / "compose.yaml", UNIT], ids=lambda path: path.name)
def test_no_setting_is_named_that_there_is_not(path: Path) -> None:
    named = set(re.findall(r"CAMPAIGN_[A-Z_]+", path.read_text()))
    assert named
    assert named <= settings()


def test_the_image_is_made_of_what_is_there_and_of_one_version() -> None:
    copied = [
        word for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()
    ]
    assert len(copied) >= 9
    assert [word for word in copied if not (ROOT / word).exists()] == []
    (version,) = set(re.findall(r"^FROM python:(\d+\.\d+)-slim", DOCKERFILE, re.MULTILINE))
    assert tuple(map(int, version.split("."))) >= (3, 11)
    assert "--require-hashes" in DOCKERFILE
    assert DOCKERFILE.index("USER lifeline") < DOCKERFILE.index('CMD [".venv/bin/campaign"')


def test_images_are_pinned_and_what_is_secret_has_no_default() -> None:
    services = compose()["services"]
    assert all(re.search(r":\d+\.\d+$", one["image"]) for one in services.values() if "image" in one)
    text = (ROOT / "compose.yaml").read_text()
    assert [name for name in re.findall(r"\$\{([^}]*)\}", text) if not name.endswith(":?")] == []
    assert [name for name in services if name != "proxy" and "ports" in services[name]] == []


def test_whoever_stops_it_waits_for_its_grace() -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(UNIT)
    assert int(unit["Service"]["TimeoutStopSec"]) > GRACE_SECONDS
    assert int(compose()["services"]["site"]["stop_grace_period"].removesuffix("s")) > GRACE_SECONDS
    wanted = {"NoNewPrivileges": "yes", "ProtectSystem": "strict", "PrivateTmp": "yes", "User": "lifeline"}
    assert {name: unit["Service"][name] for name in wanted} == wanted


def test_systemd_reads_the_unit(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed on this machine")
    text = re.sub(r"^(ExecStart=).*", r"\1/bin/true", UNIT.read_text(), flags=re.MULTILINE)
    copy = tmp_path / "lifeline.service"
    copy.write_text(text.replace("User=lifeline", "User=root"))
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "lifeline.service" in line] == []
