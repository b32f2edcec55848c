"""What would take a machine's time: endless marks on one letter, and fields without number. A hang is an error."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from campaign.database import Database
from campaign.web.security import FIELDS_MAX
from tests.serving import PATIENCE_SECONDS
from tests.web.test_pledge import ANSWERS as PROMISE
from tests.web.visitor import ANSWERS, Visitor, rows

pytestmark = pytest.mark.anywhere

MARKS = "a" + "\u0301" * 100_000 + "\u0327" * 100_000
"""One letter with so many accents, in an order that is not the usual: to sort them takes quadratic time."""


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    def give_up(*_: object) -> None:
        pytest.fail("it hangs")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE_SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("path", ["/letters/protect-parole", "/pledge", "/mine"])
def test_endless_marks_in_every_field_of_a_first_page(visitor: Visitor, path: str) -> None:
    visitor.open(path)
    form = visitor.soup.select_one("main form")
    assert form is not None
    for name in [*(str(tag["name"]) for tag in form.select("[name]")), "ref", "utm_source", "framing"]:
        visitor.post(path, {name: MARKS})
        assert visitor.status == 422, name


@pytest.mark.parametrize("button", ["Read my letters", "Finish my letters"])
def test_endless_marks_in_every_field_of_the_way(visitor: Visitor, button: str) -> None:
    visitor.find() if button.startswith("Read") else visitor.write()
    path, data = visitor.filled(button, **ANSWERS)
    for name in [name for name in data if name != "homepage"]:  # which nobody reads
        visitor.post(path, {**data.to_dict(), name: MARKS})
        assert visitor.status in (200, 422), name


@pytest.mark.parametrize(
    "path", ["/letters/protect-parole", "/letters/protect-parole/finish", "/pledge", "/organize/sign-in/x"]
)
def test_more_fields_than_any_form_has_are_refused_at_the_door(visitor: Visitor, path: str) -> None:
    visitor.post(path, "role=x&" * FIELDS_MAX, content_type="application/x-www-form-urlencoded")
    assert (visitor.status, "more than fits" in visitor.text) == (413, True)


def test_a_form_with_as_many_fields_as_one_may_have_is_taken(visitor: Visitor) -> None:
    visitor.post("/pledge", PROMISE | {f"more-{number}": "x" for number in range(FIELDS_MAX - 20)})
    assert visitor.heading == "Look into your mail"


def test_a_few_marks_more_than_any_writing_has_are_told_at_the_field(visitor: Visitor) -> None:
    visitor.find().press("Read my letters", **{**ANSWERS, "name": "Ana" + "\u0301" * 31})
    assert "printed" in visitor.error("name")
    visitor.press("Read my letters", **{**ANSWERS, "name": "Ana" + "\u0301" * 30})
    assert visitor.heading == "Read your letters"


def test_nothing_of_it_is_stored(visitor: Visitor, database: Database) -> None:
    visitor.post("/pledge", dict.fromkeys(PROMISE, MARKS))
    assert rows(database) == {}
