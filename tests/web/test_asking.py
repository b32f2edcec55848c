"""Who asks is told by what a request says of itself: a person in any browser, or a program that only looks."""

from __future__ import annotations

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from flask import Request
from werkzeug.test import EnvironBuilder

from campaign.models.click import ASKERS
from campaign.web.asking import LONGEST, PERSONS, who_asks

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
ANDROID = "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0 Mobile Safari"


def asks(agent: str | None, method: str = "GET", **headers: str) -> str:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if agent is not None:
        given["User-Agent"] = agent
    return who_asks(Request(EnvironBuilder(method=method, headers=given).get_environ()))


@pytest.mark.parametrize(
    "agent",
    [
        WINDOWS,
        f"{IPHONE} Safari/604.1",
        "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
        f"{IPHONE} [FBAN/FBIOS;FBAV/470.0;FBDV/iPhone14,5]",
        f"{ANDROID}/537.36 MetaIAB Facebook",
        f"{ANDROID}/537.36 Instagram 300.0.0.29",
        f"{IPHONE} Snapchat/12.8",
        f"{ANDROID}/537.36 BytedanceWebview/d8a21c6",
        "Lynx/2.9.0 libwww-FM/2.14",
    ],
)
def test_a_person_in_any_browser_and_inside_an_app_is_a_person(agent: str) -> None:
    assert asks(agent) == "person"


@pytest.mark.parametrize(
    ("agent", "word"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot"),
        ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "bot"),
        ("Mozilla/5.0 AppleWebKit/537.36 (compatible; GPTBot/1.2; +https://openai.com/gptbot)", "bot"),
        ("curl/8.11.0", "bot"),
        ("python-requests/2.34.0", "bot"),
        (f"{WINDOWS} HeadlessChrome/131.0", "bot"),
        ("", "bot"),
        ("  ", "bot"),
        (None, "bot"),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "preview"),
        ("Twitterbot/1.0", "preview"),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "preview"),
        ("WhatsApp/2.23.20.0 A", "preview"),
        ("TelegramBot (like TwitterBot)", "preview"),
        ("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "preview"),
        ("LinkedInBot/1.0 (compatible; Mozilla/5.0)", "preview"),
        ("http.rb/5.1.1 (Mastodon/4.2.0; +https://social.example/)", "preview"),
        ("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5", "preview"),
    ],
)
def test_a_known_program_is_none_whatever_it_does(agent: str | None, word: str) -> None:
    assert (asks(agent), asks(agent, "HEAD"), asks(agent, Purpose="prefetch")) == (word, word, word)


@pytest.mark.parametrize(
    ("headers", "word"),
    [
        ({"Sec_Purpose": "prefetch"}, "prefetch"),
        ({"Sec_Purpose": "prefetch;prerender"}, "prefetch"),
        ({"Sec_Purpose": "prefetch;anonymous-client-ip"}, "prefetch"),
        ({"Purpose": "Prefetch"}, "prefetch"),
        ({"X_Moz": "prefetch"}, "prefetch"),
        ({"Sec_Purpose": "", "Purpose": "prefetch"}, "prefetch"),
        ({"X_Purpose": "preview"}, "preview"),
        ({"Purpose": "shopping"}, "person"),
        ({"Purpose": "no-prefetch-at-all"}, "person"),
        ({"Sec_Fetch_Mode": "navigate", "Sec_Fetch_User": "?1"}, "person"),
        ({"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}, "person"),
        ({"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"}, "person"),
        ({"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document", "Sec_Purpose": "prefetch"}, "prefetch"),
        ({"Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "empty", "Sec_Purpose": "prefetch"}, "prefetch"),
    ],
)
def test_a_browser_that_looks_ahead_says_so(headers: dict[str, str], word: str) -> None:
    assert asks(WINDOWS, **headers) == word
    assert word in ASKERS


@pytest.mark.parametrize(
    ("mode", "dest"),
    [
        ("no-cors", "image"),
        ("no-cors", "script"),
        ("no-cors", None),
        ("cors", "empty"),
        ("same-origin", "document"),
        (None, "image"),
        ("navigate", "embed"),
        ("navigate", "object"),
        ("NO-CORS", "IMAGE"),
    ],
)
def test_what_a_page_loads_by_itself_is_nobody_who_followed_a_link(mode: str | None, dest: str | None) -> None:
    said = {"Sec_Fetch_Mode": mode, "Sec_Fetch_Dest": dest, "Sec_Fetch_Site": "cross-site"}
    assert asks(WINDOWS, **{name: value for name, value in said.items() if value}) == "preview"


def test_who_asks_for_headers_alone_reads_no_page() -> None:
    assert asks(WINDOWS, "HEAD") == "preview"


def test_every_program_of_the_list_is_known_by_its_own_name() -> None:
    named = [
        (entry["pattern"], name)
        for entry in CRAWLER_USER_AGENTS_DATA
        for name in entry.get("instances", ())[:3]
        if entry["pattern"] not in PERSONS and len(name) < 500
    ]
    assert len(named) > 1_000
    assert [name for _, name in named if asks(name.encode("latin-1", "replace").decode("latin-1")) == "person"] == []


def test_the_exceptions_stand_in_the_list() -> None:
    assert {entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA} >= PERSONS


def test_of_a_name_without_end_only_the_beginning_is_looked_at() -> None:
    bot = "Googlebot/2.1"
    assert asks(f"{WINDOWS} {bot}".rjust(LONGEST)) == "bot"
    assert asks(f"{WINDOWS} ".ljust(LONGEST, "x") + bot) == "person"
