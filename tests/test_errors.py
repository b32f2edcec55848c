"""Errors carry what a page or an API needs to answer, and a sentence that can be translated."""

from __future__ import annotations

import pytest

from campaign import errors


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        (errors.Malformed, "malformed", 422),
        (errors.NotFound, "not_found", 404),
        (errors.Conflict, "conflict", 409),
        (errors.Forbidden, "forbidden", 403),
        (errors.Misconfigured, "misconfigured", 500),
    ],
)
def test_each_error_has_its_code_and_status(kind: type[errors.Problem], code: str, status: int) -> None:
    with pytest.raises(errors.Problem) as caught:
        raise kind("Something is wrong.")
    assert (caught.value.code, caught.value.status, caught.value.field) == (code, status, None)


def test_the_message_is_filled_in_and_the_msgid_stays_for_the_translator() -> None:
    problem = errors.Malformed("This is longer than %(limit)s characters.", field="street", limit=100)
    assert problem.msgid == "This is longer than %(limit)s characters."
    assert problem.message == str(problem) == "This is longer than 100 characters."
    assert problem.field == "street"


def test_a_percent_sign_in_a_message_without_places_is_only_a_percent_sign() -> None:
    assert errors.Malformed("100% of it is missing.").message == "100% of it is missing."


def test_what_a_person_typed_is_never_taken_for_a_place() -> None:
    assert errors.Malformed("%(origin)s is not an origin.", origin="%(secret)s %d").message.startswith("%(secret)s %d")
