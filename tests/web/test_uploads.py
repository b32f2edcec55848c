"""A file that is sent along is kept nowhere: not in memory, and not on the disk."""

from __future__ import annotations

import gc
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

LARGE = b"x" * 2_000_000
WHOLE = (
    b'--x\r\nContent-Disposition: form-data; name="zip"\r\n\r\n04101\r\n'
    b'--x\r\nContent-Disposition: form-data; name="street"; filename="paper.pdf"\r\n\r\n' + LARGE + b"\r\n--x--\r\n"
)


@pytest.fixture
def temporary() -> Iterator[list[str]]:
    """What is opened in the folder for temporary files, as long as the test runs."""
    found: list[str] = []
    folder, listens = tempfile.gettempdir(), True

    def hear(event: str, args: tuple[Any, ...]) -> None:
        if listens and event == "open" and str(args[0]).rpartition("/")[0] in (folder, folder.rpartition("/")[0]):
            found.append(str(args[0]))

    sys.addaudithook(hear)  # there for as long as the process
    yield found
    listens = False


def send(client: FlaskClient, length: int) -> TestResponse:
    return client.post("/letters/protect-parole", data=WHOLE[:length], content_type="multipart/form-data; boundary=x")


def test_a_large_file_comes_beside_the_fields_and_is_empty(app: Flask, temporary: list[str]) -> None:
    seen: list[tuple[str | None, bytes, dict[str, str]]] = []

    @app.after_request
    def look(response: Response) -> Response:
        seen.extend((file.filename, file.read(), request.form.to_dict()) for file in request.files.values())
        return response

    assert send(app.test_client(), len(WHOLE)).status_code == 200
    assert seen == [("paper.pdf", b"", {"zip": "04101"})]
    assert temporary == []


@pytest.mark.parametrize("length", [150, 1_000_000, len(WHOLE) - 3])
def test_a_file_that_breaks_off_is_left_open_nowhere(app: Flask, temporary: list[str], length: int) -> None:
    assert send(app.test_client(), length).status_code < 500
    gc.collect()  # what was left open is warned of here, and a warning is an error
    assert temporary == []
