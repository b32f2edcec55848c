"""Any number may be at work in a data directory, or one alone; whoever ends has given back what it held."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from campaign import occupancy
from campaign.config import ROOT, Settings
from campaign.database import Database
from campaign.errors import Conflict

HOLDS_UNTIL_KILLED = """
import sys, time
from pathlib import Path
from campaign import occupancy

hold = occupancy.share(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_many_share_it_and_one_has_it_alone(tmp_path: Path) -> None:
    with occupancy.share(tmp_path), occupancy.share(tmp_path), pytest.raises(Conflict, match="Stop it first"):
        occupancy.alone(tmp_path)
    with occupancy.alone(tmp_path), pytest.raises(Conflict, match="for itself"):
        occupancy.share(tmp_path)
    occupancy.share(tmp_path).release()


def test_a_process_that_is_killed_has_given_it_back(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS_UNTIL_KILLED, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(Conflict):
            occupancy.alone(tmp_path)
        other.kill()
        other.wait()
        occupancy.alone(tmp_path).release()


def test_an_open_database_is_somebody_at_work(settings: Settings) -> None:
    database = Database(settings.database_url, settings.data_dir)
    with pytest.raises(Conflict):
        occupancy.alone(settings.data_dir)
    database.close()
    occupancy.alone(settings.data_dir).release()
