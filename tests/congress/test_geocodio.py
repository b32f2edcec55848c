"""Geocodio is asked when the Census Bureau's geocoder fails, and believed no more readily."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from campaign.config import EASTERN, Settings
from campaign.congress import Congress, Query
from campaign.congress.geocoder import Geocoder
from campaign.congress.geocodio import Geocodio
from campaign.congress.inquiries import Inquiries
from campaign.congress.remote import Unavailable
from tests.census import Census, Reply, match, send, send_json, serve
from tests.census import found as census_found

CAPITOL = Query("78701", "1100 Congress Ave", "Austin", "TX")


def result(*numbers: object, state: str = "TX", zip_code: object = "78701", kind: str = "rooftop", **more: Any) -> Any:
    """One result as the service gives it, in the districts of these numbers."""
    congress = more.get("congress", "119th")
    districts = [{"district_number": number, "congress_number": congress, "proportion": 1} for number in numbers]
    return {
        "address_components": {"state": state, "zip": zip_code},
        "accuracy_type": kind,
        "fields": {"congressional_districts": districts},
    }


def found(*results: Any) -> Any:
    return {"input": {}, "results": list(results)}


@pytest.fixture
def second() -> Iterator[Census]:
    """The stand-in for Geocodio."""
    with serve() as stand_in:
        stand_in.reply = send_json(found(result(37)))
        yield stand_in


def ask(second: Census, now: datetime, state: str = "TX", zip_code: str = "78701") -> set[str]:
    return set(Geocodio(second.url, "sesame").find("1100 Congress Ave", "Austin", state, zip_code, now).seats)


def test_the_address_is_asked_on_the_map_of_the_congress_that_sits(second: Census, now: datetime) -> None:
    assert ask(second, now) == {"TX-37"}
    assert second.asked == [
        {
            **{"street": "1100 Congress Ave", "city": "Austin", "state": "TX", "postal_code": "78701"},
            **{"country": "US", "fields": "cd119", "api_key": "sesame"},
        }
    ]
    second.reply = send_json(found(result(10, congress="120th")))
    assert ask(second, datetime(2027, 1, 3, 12, tzinfo=EASTERN)) == {"TX-10"}
    assert second.asked[-1]["fields"] == "cd120"


@pytest.mark.parametrize(
    ("results", "seats"),
    [
        ([result(37)], {"TX-37"}),
        ([result("37", zip_code=78701)], {"TX-37"}),
        ([result(37, zip_code="78701-1234")], {"TX-37"}),
        ([result(37, kind="range_interpolation")], {"TX-37"}),
        ([result(37), result(10)], {"TX-10", "TX-37"}),
        ([result(37, 10)], {"TX-10", "TX-37"}),
        ([result(37, state="OK")], set()),
        ([result(37, zip_code="78702")], set()),
        ([result(37, kind="place")], set()),
        ([result(37, kind="street_center")], set()),
        ([], set()),
    ],
    ids=[
        *("one", "text for number", "four more digits", "between two numbers", "two results", "two districts"),
        *("another state", "another ZIP", "a town", "a street", "none"),
    ],
)
def test_a_match_counts_only_here_and_only_where_it_is_about_the_address(
    second: Census, now: datetime, results: list[Any], seats: set[str]
) -> None:
    second.reply = send_json(found(*results))
    assert ask(second, now) == seats


@pytest.mark.parametrize(
    "reply",
    [
        send_json(found(result(37, congress="120th"))),
        send_json(found(result(37, congress="118th"))),
        send_json(found(result(39))),
        send_json(found(result(None))),
        send_json({"error": "no results"}),
        send_json([]),
        send(b"<html></html>"),
        send_json({"error": "Invalid API key"}, 403),
        send_json({"error": "Could not geocode address"}, 422),
    ],
    ids=["next map", "last map", "no such seat", "no number", "error", "list", "HTML", "key refused", "unprocessable"],
)
def test_whatever_else_it_says_is_not_believed(second: Census, now: datetime, reply: Reply) -> None:
    second.reply = reply
    with pytest.raises(Unavailable) as caught:
        ask(second, now)
    assert "ongress Ave" not in repr(caught.value)
    assert "sesame" not in repr(caught.value)


def test_the_key_shows_in_no_debug_output() -> None:
    assert "sesame" not in repr(Geocodio("https://api.example/", "sesame"))
    assert "sesame" not in repr(Settings(geocodio_key="sesame"))


@pytest.mark.parametrize(
    ("first", "source", "district", "asked"),
    [
        (send_json(census_found(match("4837"))), "census", "TX-37", 0),
        (send(b"", 503), "geocodio", "TX-37", 1),
        (send_json(census_found(match("4837", session="120"))), "geocodio", "TX-37", 1),
        (send_json(census_found()), "zip", "TX-37", 0),
    ],
    ids=["it answers", "it is down", "it has another map", "it finds nothing"],
)
def test_it_is_asked_only_when_the_census_bureau_fails(
    shipped: Congress,
    census: Census,
    second: Census,
    now: datetime,
    first: Reply,
    source: str,
    district: str | None,
    asked: int,
) -> None:
    census.reply = first
    congress = replace(
        shipped, geocoder=Inquiries([Geocoder(census.url, shipped.terms), Geocodio(second.url, "sesame")])
    )
    answer = congress.look_up(CAPITOL, now)
    assert (answer.source, answer.district, len(second.asked)) == (source, district, asked)


@pytest.mark.parametrize(("key", "services"), [(None, ["census"]), ("sesame", ["census", "geocodio"])])
def test_it_is_there_only_with_a_key(tmp_path: Path, key: str | None, services: list[str]) -> None:
    congress = Congress.load(Settings(data_dir=tmp_path, geocodio_key=key))
    assert [service.name for service in congress.geocoder.services] == services
