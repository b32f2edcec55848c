"""Whatever is typed on the way to the letters is data: it stands in a page as it was typed, makes no element, is never
run as a template, and is stored whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from campaign.database import Database
from campaign.emails import parse_email
from campaign.errors import Malformed
from campaign.web import tokens
from tests.hostile import HARMLESS, TEXTS
from tests.web.reading import Page
from tests.web.visitor import ANSWERS, TABLES, Visitor, rows

Form = tuple[str, MultiDict[str, Any]]


def test_there_are_enough_of_them() -> None:
    assert len(set(TEXTS)) == len(TEXTS) >= 200


def line(text: str) -> str:
    """What is kept of a text in a field of one line."""
    return " ".join(text.split())


def lines(text: str) -> str:
    """What is kept of a text in a field of several."""
    for mark in ("\r\n", "\r", "\v", "\f", "\u2028", "\u2029", "\x85"):
        text = text.replace(mark, "\n")
    return text.strip()


def holds_controls(text: str) -> bool:
    """Whether there is a sign in it that cannot be printed."""
    return any(sign in text for sign in "\0\1\2\x07\x08\x1b\x7f\x80")


def kept_of(text: str) -> set[str]:
    """As what a text may come back from a field, of whatever kind that is."""
    try:
        return {text, line(text), lines(text), parse_email(text)}
    except Malformed:
        return {text, line(text), lines(text)}


def content(database: Database) -> dict[str, list[Any]]:
    """Every row of every table."""
    with database.read() as session:
        return {name: list(session.execute(select(table)).all()) for name, table in TABLES.items()}


@contextmanager
def nothing_stored(database: Database) -> Iterator[None]:
    """Whatever happens here leaves every row as it was, and adds none."""
    before = content(database)
    yield
    assert content(database) == before


def sent(visitor: Visitor, path: str, data: Any, text: str) -> tuple[int, Page]:
    """A form sent, and the page that answers it: one of ours."""
    answer = visitor.client.post(path, data=data)
    assert answer.status_code < 500, text
    assert answer.headers["Content-Security-Policy"], text
    page = Page(answer.text)
    assert page.heading, text
    assert page.said or answer.status_code == 200, text
    return answer.status_code, page


def find(visitor: Visitor) -> Form:
    return visitor.open("/letters/protect-parole").filled("Find my offices", zip="20001")


def choose(visitor: Visitor) -> Form:
    return visitor.find("10001").filled("Continue", seat="none")


def choose_by_address(visitor: Visitor) -> Form:
    return visitor.find("10001").filled("Look up my address")


def write(visitor: Visitor) -> Form:
    return visitor.find("20001").filled("Read my letters", **{**ANSWERS, "city": "Washington"})


def finish(visitor: Visitor) -> Form:
    visitor.post(*write(visitor))
    return visitor.filled("Finish my letters", pledges=["call"])


CARRIED = "role reasons story-tie name"
EVERYTHING = "pledges email may_contact may_print may_quote homepage kept anyway"


@pytest.mark.parametrize(
    ("form", "status", "typed", "kept", "errors"),
    [
        (find, 422, f"zip street city state seat {CARRIED}", f"zip street city {CARRIED}", "state"),
        (find, 200, "zip state again form_token story-tie", "zip story-tie", ""),
        (find, 200, f"street city {CARRIED} {EVERYTHING}", "story-tie name street city email", ""),
        (choose, 422, f"street city seat {CARRIED}", f"street city {CARRIED}", ""),
        (choose_by_address, 200, f"street city {CARRIED}", f"street city {CARRIED}", ""),
        (write, 422, f"{CARRIED} street city zip state", "story-tie name street city", "role reasons"),
        (write, 200, f"{CARRIED} street city back {EVERYTHING}", "story-tie name street city email", ""),
        (write, 422, f"form_token zip {CARRIED} street city", f"zip {CARRIED} street city", ""),
        (
            finish,
            422,
            f"{CARRIED} street city subject-DC-AL body-DC-AL drafted-DC-AL {EVERYTHING}",
            f"{CARRIED} street city subject-DC-AL body-DC-AL drafted-DC-AL email kept",
            "pledges",
        ),
        (finish, 422, f"form_token {CARRIED} body-DC-AL", "story-tie name", ""),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
@pytest.mark.anywhere
def test_a_page_has_the_same_elements_whatever_was_typed(
    visitor: Visitor,
    database: Database,
    form: Callable[[Visitor], Form],
    status: int,
    typed: str,
    kept: str,
    errors: str,
    texts: tuple[str, ...],
) -> None:
    path, data = form(visitor)
    skeletons = {}
    with nothing_stored(database):
        for text in texts:
            for field in typed.split():
                data.setlist(field, [text])
            found, page = sent(visitor, path, data, text)
            assert found == status or (found, bool(page.errors)) == (422, True), text
            assert page.skeleton == skeletons.setdefault((found, page.heading), page.skeleton), text
            for field in errors.split():
                assert page.errors[field], text
            for field in kept.split():
                shown = {*page.fields[field], *page.hidden[field]}
                assert shown <= kept_of(text), (field, text)
                assert shown or not text.strip(), field  # what is blank needs no hidden field to travel in
    assert len(skeletons) <= 3


def test_what_is_finished_is_stored_whole_and_stands_in_the_kit_as_it_was_typed(
    visitor: Visitor, database: Database, texts: tuple[str, ...]
) -> None:
    path, data = write(visitor)
    skeletons: dict[str, Any] = {}
    stored = 0
    for number, text in enumerate(texts):
        one = text
        status, page = _drafted(visitor, path, data, text, text)
        if status != 200:  # perhaps it fits into a field of several lines
            one = HARMLESS
            status, page = _drafted(visitor, path, data, HARMLESS, text)
        if status != 200:
            assert {"name", "street", "city", "story-tie"} & page.errors.keys(), text
            status, page = _drafted(visitor, path, data, HARMLESS, HARMLESS)
        (draft,) = page.fields["body-DC-AL"]
        assert f"\n{line(one)}\n{line(one)}\n{line(one)}, DC 20001" in draft, text
        last = _last(visitor, page, number, text, one, f"{draft}\n\n{text}")
        answer = visitor.client.post("/letters/protect-parole/finish", data=last)
        if answer.status_code == 422:
            found = Page(answer.text)
            assert {"subject-DC-AL", "body-DC-AL", "story-tie"} & found.errors.keys(), text
        else:
            assert answer.status_code == 303, text
            stored += 1
        assert rows(database) == {"messages": stored, "deliveries": stored}, text
        if answer.status_code != 303:
            continue
        assert not holds_controls(text), text
        kit = Page(visitor.client.get(answer.location).text)
        assert kit.skeleton == skeletons.setdefault(kit.heading, kit.skeleton), text
        assert kit.letters == [lines(f"{draft}\n\n{text}")], text
        assert line(one) in kit.strong, text
        assert f"my name is {line(one)}. I am a constituent; I live in {line(one)}, DC 20001." in kit.quotes[0], text
        assert visitor.client.get(f"{answer.location.partition('?')[0]}/letters.pdf").mimetype == "application/pdf"
    assert stored > 0.9 * len(texts)
    assert len(skeletons) == 1


def _drafted(visitor: Visitor, path: str, data: Any, one: str, several: str) -> tuple[int, Page]:
    """The writing page sent, with a text in every field of one line, and one in that of several."""
    for name in ("name", "street", "city"):
        data[name] = one
    data["story-tie"] = several
    return sent(visitor, path, data, several)


def _last(visitor: Visitor, page: Page, number: int, text: str, one: str, body: str) -> dict[str, str]:
    """What the page with the letters sends, with a text in all its fields, under a token of its own."""
    fields = {name: found[0] for name, found in {**page.hidden, **page.fields}.items()}
    with visitor.client.application.app_context():
        held = tokens.read(fields["form_token"], "protect-parole", None)
        assert held
        fields["form_token"] = tokens.mint(replace(held.token, id=f"form-{number}"))
    fields |= dict.fromkeys(
        ("homepage", "kept", "may_print", "may_quote", "may_contact", "anyway", "zip", "state"), text
    )
    return fields | {"subject-DC-AL": one, "body-DC-AL": body, "drafted-DC-AL": text}
