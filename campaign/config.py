"""Settings: read once from the environment, frozen, and passed on. Nothing else reads the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from campaign.errors import Misconfigured

ROOT = Path(__file__).resolve().parent.parent
EASTERN = ZoneInfo("America/New_York")
PREFIX = "CAMPAIGN_"
NETWORK_LIMITS = "60/minute;1500/day"
"""A hall full of people on one Wi-Fi; a campus in a day."""
EMAIL_LIMITS = "6/hour;20/day"
PROGRAM_LIMITS = "6/minute;60/day"
"""For what says nothing of where its post comes from, as every browser of today does."""
LEAST_SECONDS = 4
"""Between opening the first page of a form and finishing it nobody is faster."""
SHORTEST = 32
"""Characters of a key that signs or hashes: a shorter one can be guessed, and then everything that it signs."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that may differ from one installation to the next. The README explains each."""

    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"
    database_url: str = field(default="sqlite:///var/lifeline.db", repr=False)  # may hold a password
    data_dir: Path = ROOT / "var"
    letters_dir: Path = ROOT / "letters"
    census_url: str = "https://geocoding.geo.census.gov/geocoder/"
    roster_url: str = "https://unitedstates.github.io/congress-legislators/"
    geocodio_url: str = "https://api.geocod.io/v1.12/"
    geocodio_key: str | None = field(default=None, repr=False)
    trusted_proxies: int = 0
    today: datetime | None = None
    secret_key: str | None = field(default=None, repr=False)
    email_keys: str | None = field(default=None, repr=False)
    hash_key: str | None = field(default=None, repr=False)
    mail_url: str | None = field(default=None, repr=False)  # may hold a password
    network_limits: str = NETWORK_LIMITS
    email_limits: str = EMAIL_LIMITS
    program_limits: str = PROGRAM_LIMITS
    least_seconds: int = LEAST_SECONDS
    webhook_secret: str | None = field(default=None, repr=False)
    redis_url: str | None = field(default=None, repr=False)  # may hold a password
    metrics_token: str | None = field(default=None, repr=False)
    sentry_dsn: str | None = field(default=None, repr=False)  # holds a key

    @property
    def secure(self) -> bool:
        """Whether the public reaches the site by https: decides about cookies and HSTS."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def public_origin(self) -> str:
        """Scheme, host and port of the public site, as a browser writes it in `Origin`."""
        parts = urlsplit(self.public_url)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        default = {"https": 443, "http": 80}[parts.scheme]
        return f"{parts.scheme}://{host}" if parts.port in (None, default) else f"{parts.scheme}://{host}:{parts.port}"


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        Misconfigured: a value cannot be what its setting needs; the message names the setting.
    """

    def get(name: str, default: str) -> str:
        return environ.get(PREFIX + name, "").strip() or default

    data_dir = Path(get("DATA_DIR", str(ROOT / "var"))).resolve()
    host = _host(get("HOST", "127.0.0.1"))
    port = _whole(get("PORT", "8000"), "PORT", 1, 65535)
    return Settings(
        host=host,
        port=port,
        public_url=_web_address(get("PUBLIC_URL", _own_address(host, port)), "PUBLIC_URL").rstrip("/"),
        database_url=get("DATABASE_URL", f"sqlite:///{data_dir / 'lifeline.db'}"),
        data_dir=data_dir,
        letters_dir=Path(get("LETTERS_DIR", str(ROOT / "letters"))).resolve(),
        census_url=_web_address(get("CENSUS_URL", "https://geocoding.geo.census.gov/geocoder/"), "CENSUS_URL"),
        roster_url=_web_address(
            get("ROSTER_URL", "https://unitedstates.github.io/congress-legislators/"), "ROSTER_URL"
        ),
        geocodio_url=_web_address(get("GEOCODIO_URL", "https://api.geocod.io/v1.12/"), "GEOCODIO_URL"),
        geocodio_key=get("GEOCODIO_KEY", "") or None,
        trusted_proxies=_whole(get("TRUSTED_PROXIES", "0"), "TRUSTED_PROXIES", 0, 10),
        today=_moment(get("TODAY", "")),
        secret_key=get("SECRET_KEY", "") or None,
        email_keys=get("EMAIL_KEYS", "") or None,
        hash_key=get("HASH_KEY", "") or None,
        mail_url=_mail_address(get("MAIL_URL", "")),
        network_limits=_limits(get("NETWORK_LIMITS", NETWORK_LIMITS), "NETWORK_LIMITS"),
        email_limits=_limits(get("EMAIL_LIMITS", EMAIL_LIMITS), "EMAIL_LIMITS"),
        program_limits=_limits(get("PROGRAM_LIMITS", PROGRAM_LIMITS), "PROGRAM_LIMITS"),
        least_seconds=_whole(get("LEAST_SECONDS", str(LEAST_SECONDS)), "LEAST_SECONDS", 0, 3600),
        webhook_secret=_secret(get("WEBHOOK_SECRET", ""), "WEBHOOK_SECRET"),
        redis_url=_redis_address(get("REDIS_URL", "")),
        metrics_token=_secret(get("METRICS_TOKEN", ""), "METRICS_TOKEN"),
        sentry_dsn=_sentry_address(get("SENTRY_DSN", "")),
    )


def _own_address(host: str, port: int) -> str:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (compared, not bound)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def _host(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z._:-]+", text):
        raise Misconfigured(f"{PREFIX}HOST must be a host name or an IP address without brackets, not {text!r}")
    return text


def _whole(text: str, name: str, low: int, high: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
        raise Misconfigured(f"{PREFIX}{name} must be a whole number from {low} to {high}, not {text!r}")
    return int(text)


def _limits(text: str, name: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,8}/(second|minute|hour|day)(;[1-9]\d{0,8}/(second|minute|hour|day))*", text):
        raise Misconfigured(f"{PREFIX}{name} must be numbers for spans of time like 60/minute;1500/day, not {text!r}")
    return text


def _secret(text: str, name: str) -> str | None:
    if 0 < len(text) < SHORTEST:
        raise Misconfigured(f"{PREFIX}{name} must have at least {SHORTEST} characters.")
    return text or None


def _web_address(text: str, name: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # half a bracket, or a port that is none
        usable = False
    if not usable or not text.isascii() or any(character.isspace() for character in text):
        raise Misconfigured(f"{PREFIX}{name} must be an http or https address, not {text!r}")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise Misconfigured(f"{PREFIX}{name} must be an address without a user, a query or a fragment")
    return text


def _mail_address(text: str) -> str | None:
    """The address of a mail server. What is wrong with it is said without quoting it: it may hold a password."""
    if not text:
        return None
    try:
        parts = urlsplit(text)
        query = dict(parse_qsl(parts.query, strict_parsing=True, keep_blank_values=True)) if parts.query else {}
        usable = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
        usable = usable and parts.path in ("", "/") and not parts.fragment and set(query) <= {"from"}
    except ValueError:  # half a bracket, or a port that is none
        usable, query = False, {}
    if not usable or not text.isascii() or any(character.isspace() for character in text):
        raise Misconfigured(
            f"{PREFIX}MAIL_URL must be a mail server's address like smtp://user:password@host:587 or smtps://host, "
            "with %XX for special characters in user and password."
        )
    if bool(parts.username) != bool(parts.password):
        raise Misconfigured(f"{PREFIX}MAIL_URL must be an address with both user and password, or with neither.")
    for part in (parts.username, parts.password):
        if part and not re.fullmatch(r"[ -~]+", unquote(part)):  # smtplib sends nothing else
            raise Misconfigured(f"{PREFIX}MAIL_URL must be an address whose user and password are ASCII.")
    if "from" in query and not re.fullmatch(_SENDER, query["from"]):
        raise Misconfigured(f"{PREFIX}MAIL_URL must be an address whose “from” is an email address, in ASCII.")
    return text


def _redis_address(text: str) -> str | None:
    """The address of a Redis server, not quoted where it is wrong: it may hold a password."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("redis", "rediss") and bool(parts.hostname) and parts.port != 0
        usable = usable and bool(re.fullmatch(r"(/[0-9]{0,2})?", parts.path)) and not parts.query and not parts.fragment
    except ValueError:  # half a bracket, or a port that is none
        usable = False
    if text and not (usable and text.isascii()):
        raise Misconfigured(f"{PREFIX}REDIS_URL must be an address like redis://:password@host:6379/0.")
    return text or None


def _sentry_address(text: str) -> str | None:
    """Where a Sentry server takes errors, not quoted where it is wrong: it holds a key."""
    if text and not re.fullmatch(r"https?://[0-9A-Za-z]+@[0-9A-Za-z.-]+(:[0-9]{1,5})?(/[0-9A-Za-z._-]+)*/[0-9]+", text):
        raise Misconfigured(f"{PREFIX}SENTRY_DSN must be an address like https://key@sentry.example.org/1.")
    return text or None


_SENDER = r"[0-9A-Za-z!#$%&'*+/=?^_`{|}~-]+(\.[0-9A-Za-z!#$%&'*+/=?^_`{|}~-]+)*@[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*"


def _moment(text: str) -> datetime | None:
    """Midnight Eastern of a date, or a date-time that names its offset."""
    if not text:
        return None
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(), EASTERN)
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Misconfigured(
            f"{PREFIX}TODAY must be a date (2027-01-03) or a date-time with its offset "
            f"(2027-01-03T12:00-05:00), not {text!r}"
        )
    return moment
