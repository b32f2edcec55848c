"""The Census Bureau's stand-in as a server, and the tables that come with the project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from campaign.config import EASTERN, Settings
from campaign.congress import Congress
from campaign.congress.geocoder import Geocoder
from campaign.congress.inquiries import Inquiries
from campaign.congress.zips import Zips
from tests.census import Census, serve


@pytest.fixture
def census() -> Iterator[Census]:
    """A real server on loopback; it finds no address until a test gives it another reply."""
    with serve() as stand_in:
        yield stand_in


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Congress:
    """Congress from the project's own tables, without a geocoder that anything could reach."""
    loaded = Congress.load(Settings(data_dir=tmp_path_factory.mktemp("congress")))
    return replace(loaded, geocoder=Inquiries([Geocoder("http://127.0.0.1:9/", loaded.terms)]))


@pytest.fixture(scope="session")
def zips(shipped: Congress) -> Zips:
    """The table of ZIP areas that comes with the project."""
    return shipped.zips(datetime(2026, 11, 24, 12, tzinfo=EASTERN))


@pytest.fixture
def congress(shipped: Congress, census: Census) -> Congress:
    """Congress from the project's own tables, and the stand-in as its geocoder."""
    return replace(shipped, geocoder=Inquiries([Geocoder(census.url, shipped.terms)]))
