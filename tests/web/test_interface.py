"""The page about the interface for programs: all that is described, and requests that work as they stand there."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import requests
from bs4 import BeautifulSoup
from flask import Flask

from campaign.web.operations import PATHS
from tests.serving import campaign, serving
from tests.web.conftest import MakeApp
from tests.web.programs import SECRET
from tests.web.visitor import Visitor

REQUEST = "pre[aria-label^='Example request']"


def test_it_shows_every_operation_with_all_that_may_be_answered(visitor: Visitor) -> None:
    soup = visitor.open("/api").soup
    assert visitor.response.headers["Cache-Control"].startswith("public, ")
    operations = [(method.upper(), path, found) for path, methods in PATHS.items() for method, found in methods.items()]
    for method, path, operation in operations:
        heading = soup.find(id=operation["operationId"])
        assert heading is not None
        section = heading.find_parent("section")
        assert section is not None
        codes = {code.get_text() for code in section.find_all("code")}
        parameters = {one["name"] for one in operation["parameters"]} - {"If-None-Match"}
        assert codes >= {f"{method} {path}", *operation["responses"], *parameters}, path
        assert soup.find("a", href=f"#{operation['operationId']}") is not None
    assert len(soup.select(REQUEST)) == len(operations)
    for name in ("not_found", "malformed", "unsigned", "unsupported"):
        assert name in visitor.text
    assert "lifeline.example" not in visitor.text


@pytest.mark.parametrize("path", ["/about/counting", "/embed?p=riverside"])
@pytest.mark.usefixtures("riverside")
def test_those_whom_it_concerns_are_led_to_it(visitor: Visitor, path: str) -> None:
    assert visitor.open(path).soup.find("a", href="/api") is not None


@pytest.mark.skipif(not shutil.which("curl") or not shutil.which("openssl"), reason="there is no curl or openssl")
def test_each_request_works_as_it_stands_there(tmp_path: Path) -> None:
    with serving(tmp_path, webhook_secret=SECRET) as server:
        added = campaign("partner", "add", "riverside", "Riverside Church", "https://riverside.example", env=server.env)
        assert added.returncode == 0
        page = BeautifulSoup(requests.get(f"{server.url}/api", timeout=10).text, "html.parser")
        lines = [tag.get_text() for tag in page.select(REQUEST)]
        assert len(lines) == len(PATHS)
        for line in lines:
            ran = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", line],
                env=server.env | {"SECRET": SECRET},
                capture_output=True,
                text=True,
                timeout=30,
                check=True,
            )
            answer = {} if ran.stdout.startswith("<") else json.loads(ran.stdout)
            assert "error" not in answer, line
            if "unmatched" in answer:  # the id that stands there is nobody's
                assert answer["unmatched"] == 1


def test_who_asks_counts_against_nobodys_limits(make_app: MakeApp) -> None:
    app: Flask = make_app(network_limits="1/day", program_limits="1/day")
    client = app.test_client()
    paths = ("/api/v1/counts", "/embed/count.json", "/embed/count.svg", "/oembed?url=http://localhost/")
    for _ in range(3):
        assert client.post("/api/v1/lookup", json={"zip": "04101"}).status_code == 200
        assert {client.get(path).status_code for path in paths} == {200}
    visitor = Visitor(client)
    assert visitor.finish().heading == "Your letters are ready"
    assert visitor.finish().status == 429
