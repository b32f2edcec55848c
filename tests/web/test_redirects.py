"""Over a real socket: whatever a request holds, it ends at the page that stands in the file, or at none."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from campaign.config import ROOT
from tests.serving import Server, serving

DESTINATIONS = """
[give]
label = "Give"
url = "https://give.harbor-aid.us:8443/form?fund=7&fund=8#card"
click_parameter = "ref"

[give.utm]
source = "lifeline"
medium = "letter"
campaign = "parole & safety"

[plain]
label = "Give plainly"
url = "https://harbor-aid.us/plain?x=%2F&y#z"
"""

MARKED = "https://give.harbor-aid.us:8443/form?fund=7&fund=8&utm_source=lifeline&utm_medium=letter&utm_campaign=parole+%26+safety"
PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("redirects")
    letters = Path(shutil.copytree(ROOT / "letters", folder / "letters"))
    (letters / "destinations.toml").write_text(DESTINATIONS)
    with serving(folder, letters_dir=letters) as running:
        yield running


def send(server: Server, line: bytes, *headers: bytes, host: bytes = b"127.0.0.1") -> tuple[int, list[str]]:
    """Send a request as it stands, byte by byte; its answer's status, and every place it leads to."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.connect()
        fields = [b"Host: " + host, b"User-Agent: " + PERSON.encode(), b"Connection: close", *headers]
        connection.sock.sendall(b"GET " + line + b" HTTP/1.1\r\n" + b"\r\n".join(fields) + b"\r\n\r\n")
        answer = connection.response_class(connection.sock, method="GET")
        answer.begin()
        answer.read()
        leads = [value for name, value in answer.getheaders() if name.lower() in ("location", "refresh", "link")]
        return answer.status, leads
    finally:
        connection.close()


NAMES = (
    b"url next to redirect redirect_uri return returnTo r u dest destination target goto continue code label host ref"
)
TRICKS = [
    *(b"/donate/" + code for code in (
        b"https://evil.example", b"https:%2F%2Fevil.example", b"//evil.example", b"%2F%2Fevil.example",
        b"\\\\evil.example", b"%5C%5Cevil.example", b"/\\evil.example", b"give/../..//evil.example",
        b"give/https://evil.example", b"give%2Fhttps:%2F%2Fevil.example", b"give%00", b"give%00.evil.example",
        b"give%0d%0aLocation:%20https://evil.example", b"give%E5%98%8A%E5%98%8DLocation:https://evil.example",
        b"give%E3%80%82evil%E3%80%82example", b"evil%EF%BC%8Eexample", b"%E2%80%AEgive", b"g%C4%B1ve",
        b"give@evil.example",
        b"give.evil.example", b"give:443", b"GIVE", b"%67ive%20", b"give;url=https://evil.example",
        b"javascript:alert(1)", b"data:text/html,x",
        b"%252F%252Fevil.example", b"..%2f..%2fetc%2fpasswd", b"give/", b"__class__", b"")),
    *(b"/donate/give?" + name + b"=https://evil.example/" for name in NAMES.split()),
    b"/donate/give?url=//evil.example&url=\\\\evil.example", b"/donate/give?next=javascript:alert(1)",
    b"/donate/give?ref=made-up&utm_source=evil&fund=evil", b"/donate/give?x=%0d%0aLocation:%20https://evil.example",
    b"/donate/give?%0d%0aSet-Cookie:x=y", b"/donate/give?//evil.example", b"/donate/give?@evil.example",
    b"/donate/give??",
    b"/donate/give#https://evil.example", b"/donate/give?p=//evil.example", b"/donate/give?letter=//evil.example",
    b"//evil.example/donate/give", b"///evil.example/donate/give", b"/\\evil.example/donate/give",
    b"//evil.example/%2e%2e/donate/give", b"http://evil.example/donate/give", b"/donate//give", b"/donate/./give",
    b"/embed/donate/give?url=https://evil.example", b"/donate?code=https://evil.example",
]  # fmt: skip


@pytest.mark.parametrize("line", TRICKS, ids=lambda line: line.decode("ascii", "backslashreplace"))
def test_no_address_leads_anywhere_else(server: Server, line: bytes) -> None:
    status, leads = send(server, line)
    assert_ours(status, leads)


@pytest.mark.parametrize(
    "field",
    [
        b"X-Forwarded-Host: evil.example",
        b"X-Forwarded-Proto: http",
        b"X-Forwarded-Prefix: //evil.example",
        b"X-Forwarded-For: evil.example",
        b"Forwarded: host=evil.example;proto=http",
        b"X-Host: evil.example",
        b"X-Original-URL: https://evil.example/",
        b"X-Rewrite-URL: //evil.example/",
        b"X-HTTP-Method-Override: POST",
        b"Referer: https://evil.example/",
        b"Origin: https://evil.example",
        b"Cookie: url=https://evil.example; ref=made-up",
        b"X-Script-Name: //evil.example",
    ],
)
def test_no_header_leads_anywhere_else(server: Server, field: bytes) -> None:
    status, leads = send(server, b"/donate/give", field)
    assert status == 303
    assert_ours(status, leads)


HOSTS = [b"evil.example", b"evil.example:8443", b"give.harbor-aid.us@evil.example", b"//evil", b"[::1]", b""]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("line", [b"/donate/give", b"/donate//give", b"//donate/give", b"/donate/give/"])
def test_no_host_leads_anywhere_else(server: Server, line: bytes, host: bytes) -> None:
    status, leads = send(server, line, host=host)
    assert_ours(status, leads)


def assert_ours(status: int, leads: list[str]) -> None:
    """At the page that stands in the file, with the id alone added; or an error that leads nowhere."""
    if status == 303:
        (place,) = leads
        assert re.fullmatch(re.escape(MARKED) + "&ref=[0-9a-f]{64}#card", place), place
    else:
        assert (status in (400, 404, 422), leads) == (True, []), (status, leads)


ASK = [
    ("GET", PERSON, {}, "person"),
    ("HEAD", PERSON, {}, "preview"),
    ("GET", PERSON, {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, "preview"),
    ("GET", PERSON, {"Sec-Purpose": "prefetch"}, "prefetch"),
    ("GET", PERSON, {"Purpose": "prefetch"}, "prefetch"),
    ("GET", PERSON, {"X-Moz": "prefetch"}, "prefetch"),
    ("GET", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", {}, "preview"),
    ("GET", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", {}, "bot"),
    ("GET", "", {}, "bot"),
]


@pytest.mark.parametrize(("method", "agent", "headers", "word"), ASK)
def test_everybody_is_handed_on_and_only_a_person_gets_an_id(
    server: Server, method: str, agent: str, headers: dict[str, str], word: str
) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request(method, "/donate/give?letter=protect-parole&state=ME", headers={"User-Agent": agent, **headers})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    place = urlsplit(answer.headers["Location"])
    token = dict(parse_qsl(place.query)).get("ref")
    assert (answer.status, place.hostname, place.fragment) == (303, "give.harbor-aid.us", "card")
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "same-origin")
    assert answer.headers.get_all("Set-Cookie") is None
    assert (token is not None) == (word == "person")
    assert last_click(server) == (word, token, "protect-parole", "ME")


def test_a_page_that_names_no_parameter_gets_its_address_as_it_stands(server: Server) -> None:
    assert send(server, b"/donate/plain?ref=x") == (303, ["https://harbor-aid.us/plain?x=%2F&y#z"])
    assert last_click(server)[:2] == ("person", None)


def last_click(server: Server) -> tuple[object, ...]:
    connection = sqlite3.connect(Path(server.env["CAMPAIGN_DATA_DIR"]) / "lifeline.db")
    try:
        query = 'SELECT "by", token, letter, state FROM clicks ORDER BY id DESC LIMIT 1'
        return tuple(connection.execute(query).fetchone())
    finally:
        connection.close()
