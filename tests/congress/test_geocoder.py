from __future__ import annotations

import contextlib
import logging
import socket
import struct
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign.config import EASTERN
from campaign.congress import remote
from campaign.congress.geocoder import Geocoder
from campaign.congress.remote import Unavailable
from tests.census import TERMS, Census, Reply, found, match, send, send_json, serve

NEXT_YEAR = datetime(2027, 1, 4, 9, tzinfo=EASTERN)
STREET = "17 Hiddenlane"


def ask(census: Census, now: datetime, *, state: str = "TX", zip_code: str = "78701", seconds: float = 8) -> set[str]:
    return set(Geocoder(census.url, TERMS, seconds).find(STREET, "Secretville", state, zip_code, now).seats)


def test_the_address_is_asked_on_the_map_of_the_congress_that_sits(census: Census, now: datetime) -> None:
    census.reply = send_json(found(match("4837")))
    assert ask(census, now) == {"TX-37"}
    assert census.paths == ["/geocoder/geographies/address"]
    assert census.asked == [
        {
            **{"street": STREET, "city": "Secretville", "state": "TX", "zip": "78701"},
            **{"benchmark": "Public_AR_Current", "vintage": "ACS2025_Current"},
            **{"layers": "119th Congressional Districts", "format": "json"},
        }
    ]


def test_the_next_congress_has_another_map(census: Census) -> None:
    census.reply = send_json(found(match("4810", layer="120th Congressional Districts", session="120")))
    assert ask(census, NEXT_YEAR) == {"TX-10"}
    assert census.asked[0]["vintage"] == "Current_Current"
    assert census.asked[0]["layers"] == "120th Congressional Districts"


def test_a_congress_without_a_map_is_not_asked_for(census: Census) -> None:
    with pytest.raises(Unavailable):
        ask(census, datetime(2029, 1, 4, tzinfo=EASTERN))
    assert census.asked == []


@pytest.mark.parametrize(
    ("matches", "state", "zip_code", "seats"),
    [
        ([match("4837")], "TX", "78701", {"TX-37"}),
        ([match(4837, session=119)], "TX", "78701", {"TX-37"}),
        ([match("5600", state="WY", zip_code="82001")], "WY", "82001", {"WY-AL"}),
        ([match("0200", state="AK", zip_code="99501")], "AK", "99501", {"AK-AL"}),
        ([match(200, state="AK", zip_code=99501)], "AK", "99501", {"AK-AL"}),
        ([match("1198", state="DC", zip_code="20001")], "DC", "20001", {"DC-AL"}),
        ([match(7298, state="PR", zip_code="00901")], "PR", "00901", {"PR-AL"}),
        ([match("2301", state="ME", zip_code=4101)], "ME", "04101", {"ME-01"}),
        ([match("4837", zip_code="78701-1234")], "TX", "78701", {"TX-37"}),
        ([match("4837"), match("4837")], "TX", "78701", {"TX-37"}),
        ([match("4837"), match("4810")], "TX", "78701", {"TX-10", "TX-37"}),
        ([match("4837", "4810")], "TX", "78701", {"TX-10", "TX-37"}),
        ([match("4810", zip_code="77001"), match("4837")], "TX", "78701", {"TX-37"}),
        ([match("4810", zip_code="77001")], "TX", "78701", set()),
        ([match("4003", state="OK")], "TX", "78701", set()),
        ([match("48ZZ")], "TX", "78701", set()),
        ([match()], "TX", "78701", set()),
        ([{**match("4837"), "geographies": {}}], "TX", "78701", set()),
        ([], "TX", "78701", set()),
    ],
)
def test_matches_in_the_right_state_and_zip_code_become_seats(
    census: Census, now: datetime, matches: list[dict[str, object]], state: str, zip_code: str, seats: set[str]
) -> None:
    census.reply = send_json(found(*matches))
    assert ask(census, now, state=state, zip_code=zip_code) == seats


@pytest.mark.parametrize(
    ("points", "point"),
    [
        ([(-97.7397, 30.2764)], (30.3, -97.7)),
        ([(-97.7397, 30.2764), (-97.7001, 30.3001)], (30.3, -97.7)),
        ([(-97.7397, 30.2764), (-95.4, 29.8)], None),
        ([(None, None)], None),
        ([], None),
    ],
)
def test_a_match_tells_about_where_it_is(
    census: Census, now: datetime, points: list[tuple[object, object]], point: object
) -> None:
    matches = [match("4837") | {"coordinates": {"x": x, "y": y}} for x, y in points] or [match("4837")]
    census.reply = send_json(found(*matches))
    located = Geocoder(census.url, TERMS).find(STREET, "", "TX", "78701", now)
    assert (located.seats, located.point) == ({"TX-37"}, point)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(found(match("4837", layer="116th Congressional Districts")), id="other layer"),
        pytest.param(found(match("4837", layer="120th Congressional Districts")), id="next layer"),
        pytest.param(found(match("4837", session="120")), id="other session"),
        pytest.param(found(match("4837", session=None)), id="no session"),
        pytest.param(found(match("4899")), id="a district that does not exist"),
        pytest.param(found(match("0612")), id="a district of another state"),
        pytest.param(found(match("9901")), id="a state that does not exist"),
        pytest.param(found(match(None)), id="no GEOID"),
        pytest.param(found(match(["4837"])), id="a list for a GEOID"),
        pytest.param(found({"geographies": {}}), id="a match without an address"),
        pytest.param(found({**match("4837"), "geographies": []} | {"geographies": ["x"]}), id="a list of layers"),
        pytest.param({"result": {"addressMatches": {"0": match("4837")}}}, id="matches not in a list"),
        pytest.param({"result": {"addressMatches": None}}, id="null for matches"),
        pytest.param({"result": {}}, id="no matches"),
        pytest.param({"errors": [f"{STREET} is no address"]}, id="errors with status 200"),
        pytest.param([], id="a list"),
        pytest.param(None, id="null"),
    ],
)
def test_a_reply_of_another_shape_map_or_session_is_refused(census: Census, now: datetime, document: object) -> None:
    census.reply = send_json(document)
    with pytest.raises(Unavailable) as caught:
        ask(census, now)
    assert_silent(caught.value)


GOOD = b'{"result": {"addressMatches": []}}'


def reset(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def close_early(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + GOOD)


def malformed_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nnot a header\r\nX: y\r\n\r\n<html>")


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(send_json({"errors": ["Address cannot be empty"], "status": "400"}, 400), id="400"),
        pytest.param(send(b"<html>Service Unavailable</html>", 503), id="503"),
        pytest.param(send(GOOD, 500), id="500 with a good body"),
        pytest.param(send(b"<html>Maintenance</html>"), id="HTML"),
        pytest.param(send(GOOD[:-5]), id="truncated JSON"),
        pytest.param(send(b""), id="empty"),
        pytest.param(send(b"\xff\xfe\xfa"), id="not text"),
        pytest.param(send(b"[" * 100_000), id="nested too deeply"),
        pytest.param(send(GOOD + b" " * (1 << 20)), id="huge"),
        pytest.param(send(b"", 302, Location="/geocoder/elsewhere"), id="redirect"),
        pytest.param(send(GOOD, 301, Location="/geocoder/elsewhere"), id="redirect with a good body"),
        pytest.param(reset, id="reset"),
        pytest.param(close_early, id="shorter than announced"),
        pytest.param(malformed_headers, id="malformed headers"),
        pytest.param(lambda _: None, id="no reply"),
    ],
)
def test_a_failure_becomes_one_error_that_holds_nothing_of_the_address(
    census: Census, now: datetime, reply: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    census.reply = reply
    with pytest.raises(Unavailable) as caught:
        ask(census, now)
    assert_silent(caught.value)
    assert "Hiddenlane" not in caplog.text
    assert len(census.asked) <= 2  # no redirect followed, nothing asked a third time


def test_a_service_that_is_not_there_is_unavailable(now: datetime) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(Unavailable) as caught:
        Geocoder(f"http://127.0.0.1:{port}", TERMS).find(STREET, "", "TX", "78701", now)
    assert_silent(caught.value)


def drip(handler: BaseHTTPRequestHandler, pieces: list[bytes]) -> None:
    with contextlib.suppress(OSError):
        for piece in pieces:
            handler.wfile.write(piece)
            time.sleep(0.05)


def drip_headers(handler: BaseHTTPRequestHandler) -> None:
    headers = [f"X-{n}: drop\r\n".encode() for n in range(60)]
    drip(handler, [b"HTTP/1.1 200 OK\r\n", *headers, b"\r\n", GOOD])


def drip_body(handler: BaseHTTPRequestHandler) -> None:
    drip(handler, [b"HTTP/1.1 200 OK\r\n\r\n", *[b" "] * 60, GOOD])


@pytest.mark.parametrize("reply", [drip_headers, drip_body])
def test_a_reply_that_drips_is_cut_off_though_it_would_end_well(census: Census, now: datetime, reply: Reply) -> None:
    census.reply = reply
    with pytest.raises(Unavailable) as caught:
        ask(census, now, seconds=0.5)
    assert_silent(caught.value)


def test_a_server_that_hangs_is_left(census: Census, now: datetime) -> None:
    census.reply = lambda _: census.closing.wait(60) and None
    with pytest.raises(Unavailable) as caught:
        ask(census, now, seconds=0.3)
    assert_silent(caught.value)


FLOOD = b"X-Flood: " + b"x" * 60_000 + b"\r\n"


@pytest.mark.parametrize(
    ("opening", "wave"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65_536, id="a body without an end"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n", b" " * 65_536, id="more than announced"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"10000\r\n" + b" " * 65_536 + b"\r\n",
            id="chunks without an end",
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\n", FLOOD, id="headers without an end"),
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000, id="interim replies without an end"),
    ],
)
def test_a_flood_is_left_to_run_dry(census: Census, now: datetime, opening: bytes, wave: bytes) -> None:
    poured: list[int] = []

    def flood(handler: BaseHTTPRequestHandler) -> None:
        with contextlib.suppress(OSError):
            handler.wfile.write(opening)
            while len(poured) * len(wave) < 1 << 30 and not census.closing.is_set():
                handler.wfile.write(wave)
                poured.append(1)

    census.reply = flood
    with pytest.raises(Unavailable) as caught:
        ask(census, now, seconds=2)
    assert_silent(caught.value)
    assert len(census.asked) <= 2
    assert len(poured) * len(wave) < 1 << 30, "the client listened to the end"


# No lone halves of surrogate pairs, which no form can bring; everything else can be typed.
typed = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=100)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(street=typed, city=typed)
def test_whatever_is_typed_arrives_as_it_is_and_asks_nothing_else(
    census: Census, now: datetime, street: str, city: str
) -> None:
    census.asked.clear()
    Geocoder(census.url, TERMS).find(street, city, "TX", "78701", now)
    (asked,) = census.asked
    assert (asked["street"], asked["city"], asked["zip"]) == (street, city, "78701")
    assert set(asked) == {"street", "city", "state", "zip", "benchmark", "vintage", "layers", "format"}


def test_an_accepted_reply_leaves_no_address_in_the_log_either(
    census: Census, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    census.reply = send_json(found(match("4837")))
    assert ask(census, now) == {"TX-37"}
    assert "Hiddenlane" not in caplog.text


def assert_silent(error: Unavailable) -> None:
    """Neither the error nor anything chained to it holds the question or where it was asked."""
    assert error.__cause__ is None
    assert error.__context__ is None
    told = f"{error} {error!r} {error.args} {error.reason} {error.message} {error.values}"
    for secret in ("Hiddenlane", "Secretville", "78701", "127.0.0.1", "http"):
        assert secret not in told


def once(bad: Reply, good: Reply) -> Reply:
    """A reply for the first who asks, and another for everybody after."""
    replies = iter([bad])
    return lambda handler: next(replies, good)(handler)


@pytest.mark.parametrize(
    "bad",
    [send(b"<html></html>", 502), send(b'{"result": {"addr'), lambda handler: handler.connection.close()],
    ids=["gateway", "cut off", "reset"],
)
def test_a_failure_is_asked_about_once_more_on_a_fresh_connection(census: Census, now: datetime, bad: Reply) -> None:
    census.reply = once(bad, send_json(found(match("4837"))))
    assert ask(census, now) == {"TX-37"}
    assert len(census.asked) == 2


def test_no_question_is_asked_a_third_time_nor_a_refused_one_again(census: Census, now: datetime) -> None:
    census.reply = send(b"", 502)
    with pytest.raises(Unavailable):
        ask(census, now)
    assert len(census.asked) == 2
    census.reply = send(b"", 400)
    with pytest.raises(Unavailable):
        ask(census, now)
    assert len(census.asked) == 3


def test_no_proxy_of_the_environment_sees_an_address(
    census: Census, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    census.reply = send_json(found(match("4837")))
    with serve() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert ask(census, now) == {"TX-37"}
        assert proxy.asked == []


def test_both_questions_share_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, given = [100.0], []

    def get(_url: str, _params: object, *, seconds: float) -> object:
        given.append(seconds)
        clock[0] += 6
        raise Unavailable("is down")

    monkeypatch.setattr(remote, "get_json", get)
    monkeypatch.setattr(remote.time, "monotonic", lambda: clock[0])
    with pytest.raises(Unavailable):
        remote.get_json_patiently("http://127.0.0.1/", {}, seconds=8)
    assert given == [8, 2]
    given.clear()
    with pytest.raises(Unavailable):
        remote.get_json_patiently("http://127.0.0.1/", {}, seconds=6.5)
    assert given == [6.5], "half a second is too little to ask again"
