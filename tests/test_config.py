"""Settings come from the environment, work without it, and say which of them is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from campaign import config
from campaign.config import EASTERN, ROOT, Settings, load
from campaign.errors import Misconfigured


def test_without_any_environment_every_setting_has_a_default_for_one_machine() -> None:
    assert load({}) == Settings(
        host="127.0.0.1",
        port=8000,
        public_url="http://127.0.0.1:8000",
        database_url=f"sqlite:///{ROOT / 'var' / 'lifeline.db'}",
        data_dir=ROOT / "var",
        letters_dir=ROOT / "letters",
        census_url="https://geocoding.geo.census.gov/geocoder/",
        trusted_proxies=0,
        today=None,
        secret_key=None,
        email_keys=None,
        hash_key=None,
        mail_url=None,
        webhook_secret=None,
    )


def test_every_setting_can_be_set(tmp_path: Path) -> None:
    environ = {
        "CAMPAIGN_HOST": "::1",
        "CAMPAIGN_PORT": "8080",
        "CAMPAIGN_PUBLIC_URL": "https://act.example.org/",
        "CAMPAIGN_DATABASE_URL": "sqlite:////srv/other.db",
        "CAMPAIGN_DATA_DIR": str(tmp_path / "data"),
        "CAMPAIGN_LETTERS_DIR": str(tmp_path / "bank"),
        "CAMPAIGN_CENSUS_URL": "http://127.0.0.1:9999/geocoder/",
        "CAMPAIGN_TRUSTED_PROXIES": "2",
        "CAMPAIGN_TODAY": "2027-01-03",
        "CAMPAIGN_SECRET_KEY": "s",
        "CAMPAIGN_EMAIL_KEYS": "e",
        "CAMPAIGN_HASH_KEY": "h",
        "CAMPAIGN_MAIL_URL": "smtp://lifeline:p%40ss@mail.example.org:587?from=act@example.org",
        "CAMPAIGN_WEBHOOK_SECRET": "w" * 32,
    }
    assert load(environ) == Settings(
        host="::1",
        port=8080,
        public_url="https://act.example.org",
        database_url="sqlite:////srv/other.db",
        data_dir=tmp_path / "data",
        letters_dir=tmp_path / "bank",
        census_url="http://127.0.0.1:9999/geocoder/",
        trusted_proxies=2,
        today=datetime(2027, 1, 3, tzinfo=EASTERN),
        secret_key="s",
        email_keys="e",
        hash_key="h",
        mail_url="smtp://lifeline:p%40ss@mail.example.org:587?from=act@example.org",
        webhook_secret="w" * 32,
    )


def test_an_empty_or_blank_value_is_no_value() -> None:
    assert load({"CAMPAIGN_PORT": "", "CAMPAIGN_SECRET_KEY": "  ", "CAMPAIGN_TODAY": " "}) == load({})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOST", "http://127.0.0.1"),
        ("HOST", "127.0.0.1 8000"),
        ("HOST", "[::1]"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "80a"),
        ("PORT", "-1"),
        ("PORT", "８０００"),
        ("PORT", "9" * 5000),
        ("PUBLIC_URL", "act.example.org"),
        ("PUBLIC_URL", "ftp://act.example.org"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://[::1"),
        ("PUBLIC_URL", "https://act.example.org:https"),
        ("PUBLIC_URL", "https://act.example.org:0"),
        ("PUBLIC_URL", "https://user:password@act.example.org"),
        ("PUBLIC_URL", "https://act.example.org/?a=b"),
        ("PUBLIC_URL", "https://act.example.org\r\nSet-Cookie: a=b"),
        ("PUBLIC_URL", "https://act.example.org/a\nb"),
        ("PUBLIC_URL", "https://münchen.example"),
        ("CENSUS_URL", "geocoding"),
        ("TRUSTED_PROXIES", "many"),
        ("TRUSTED_PROXIES", "11"),
        ("NETWORK_LIMITS", "60"),
        ("NETWORK_LIMITS", "0/minute"),
        ("PROGRAM_LIMITS", "many"),
        ("EMAIL_LIMITS", "6/hour,20/day"),
        ("EMAIL_LIMITS", "6/fortnight"),
        ("TODAY", "tomorrow"),
        ("TODAY", "2027-02-30"),
        ("TODAY", "20270103"),
        ("TODAY", "2027-01-03T12:00"),
        ("TODAY", "2027-01-03 12:00:00"),
    ],
)
def test_a_malformed_value_names_its_setting(name: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=f"^CAMPAIGN_{name} must be "):
        load({f"CAMPAIGN_{name}": value})


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2027-01-03", "2027-01-03T05:00+00:00"),
        ("2027-07-04", "2027-07-04T04:00+00:00"),  # summer: midnight Eastern is an hour earlier in UTC
        ("2027-01-03T12:00-05:00", "2027-01-03T17:00+00:00"),
        ("2027-01-03T12:00:30Z", "2027-01-03T12:00:30+00:00"),
        ("2027-01-03T12:00+05:30", "2027-01-03T06:30+00:00"),
    ],
)
def test_today_is_midnight_eastern_of_a_date_or_a_moment_with_its_offset(text: str, moment: str) -> None:
    today = load({"CAMPAIGN_TODAY": text}).today
    assert today == datetime.fromisoformat(moment)


def test_a_date_keeps_eastern_time_across_the_change_of_clocks() -> None:
    today = load({"CAMPAIGN_TODAY": "2026-11-01"}).today
    assert today is not None
    assert today.tzinfo == ZoneInfo("America/New_York")
    assert (today + timedelta(hours=12)).hour == 12


@pytest.mark.parametrize(
    ("host", "public_url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8123"),
        ("0.0.0.0", "http://127.0.0.1:8123"),  # noqa: S104
        ("::", "http://[::1]:8123"),
        ("::1", "http://[::1]:8123"),
        ("localhost", "http://localhost:8123"),
    ],
)
def test_the_public_address_defaults_to_where_the_server_listens(host: str, public_url: str) -> None:
    assert load({"CAMPAIGN_HOST": host, "CAMPAIGN_PORT": "8123"}).public_url == public_url


@pytest.mark.parametrize(
    ("public_url", "origin", "secure"),
    [
        ("https://act.example.org", "https://act.example.org", True),
        ("https://Act.Example.org:443/parole/", "https://act.example.org", True),
        ("HTTPS://act.example.org", "https://act.example.org", True),
        ("https://act.example.org:8443", "https://act.example.org:8443", True),
        ("http://act.example.org:80", "http://act.example.org", False),
        ("http://[::1]:8000", "http://[::1]:8000", False),
    ],
)
def test_the_public_origin_is_written_as_a_browser_writes_it(public_url: str, origin: str, secure: bool) -> None:
    settings = load({"CAMPAIGN_PUBLIC_URL": public_url})
    assert (settings.public_origin, settings.secure) == (origin, secure)


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGN_PORT", "8999")
    assert config.load().port == 8999


def test_settings_show_no_secret_when_printed() -> None:
    names = ("SECRET_KEY", "EMAIL_KEYS", "HASH_KEY")
    environ = {f"CAMPAIGN_{name}": f"hidden-{name}" for name in names}
    environ["CAMPAIGN_MAIL_URL"] = "smtp://lifeline:hidden@127.0.0.1"
    environ["CAMPAIGN_DATABASE_URL"] = "postgresql+psycopg://lifeline:hidden@127.0.0.1/lifeline"
    shown = repr(load(environ))
    assert "hidden" not in shown
    assert "port=8000" in shown


@pytest.mark.parametrize(
    "url",
    [
        "smtp://localhost",
        "smtps://mail.example.org:465/",
        "smtp://[::1]:25",
        "smtps://ana%40example.org:p%20a%2Fs%3As@mail.example.org",
        "smtp://mail.example.org?from=letters%2Bact@example.org",
    ],
)
def test_a_mail_server_is_taken_as_it_is_written(url: str) -> None:
    assert load({"CAMPAIGN_MAIL_URL": url}).mail_url == url


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org:25",
        "http://lifeline:hidden@mail.example.org",
        "smtp://",
        "smtp://lifeline:hidden@",
        "smtp://lifeline:hidden@mail.example.org:0",
        "smtp://lifeline:hidden@mail.example.org:99999",
        "smtp://lifeline:hidden@mail.example.org:port",
        "smtp://lifeline:hidden#1@mail.example.org",
        "smtp://lifeline:hidden/1@mail.example.org",
        "smtp://lifeline:hidden 1@mail.example.org",
        "smtp://lifeline:hidden\r\n@mail.example.org",
        "smtp://lifeline:hiddén@mail.example.org",
        "smtp://lifeline:hidd%C3%A9n@mail.example.org",
        "smtp://lifeline:hidden%0D%0AMAIL@mail.example.org",
        "smtp://lifeline:hidden%00@mail.example.org",
        "smtp://hidden@mail.example.org",
        "smtp://:hidden@mail.example.org",
        "smtp://lifeline:hidden@mail.example.org/path",
        "smtp://lifeline:hidden@mail.example.org?from=nobody",
        "smtp://lifeline:hidden@mail.example.org?from=a@b%0D%0ABcc:%20eve@example.com",
        "smtp://lifeline:hidden@mail.example.org?from=Ana%20<a@b>",
        "smtp://lifeline:hidden@mail.example.org?from=",
        "smtp://lifeline:hidden@mail.example.org?form=a@example.org",
        "smtp://lifeline:hidden@mail.example.org?from=a@b&x",
        "smtp://lifeline:hidden@[mail.example.org",
    ],
)
def test_what_is_no_mail_server_is_said_without_its_password(url: str) -> None:
    with pytest.raises(Misconfigured, match=r"^CAMPAIGN_MAIL_URL must be ") as caught:
        load({"CAMPAIGN_MAIL_URL": url})
    assert "hid" not in caught.value.message
    assert "hid" not in repr(caught.value.__context__ or "")


def test_a_short_secret_is_refused_and_not_quoted() -> None:
    with pytest.raises(Misconfigured, match=r"CAMPAIGN_WEBHOOK_SECRET must have at least 32") as caught:
        load({"CAMPAIGN_WEBHOOK_SECRET": "w" * 31})
    assert "www" not in str(caught.value)
    assert "wwww" not in repr(load({"CAMPAIGN_WEBHOOK_SECRET": "w" * 32}))
