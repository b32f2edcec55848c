"""Settings: read once from the environment, frozen, and passed on. Nothing else reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from campaign.errors import Misconfigured

ROOT = Path(__file__).resolve().parent.parent
EASTERN = ZoneInfo("America/New_York")
PREFIX = "CAMPAIGN_"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that may differ from one installation to the next. The README explains each."""

    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"
    database_url: str = "sqlite:///var/lifeline.db"
    data_dir: Path = ROOT / "var"
    letters_dir: Path = ROOT / "letters"
    census_url: str = "https://geocoding.geo.census.gov/geocoder/"
    trusted_proxies: int = 0
    today: datetime | None = None
    secret_key: str | None = None
    email_keys: str | None = None
    hash_key: str | None = None

    @property
    def secure(self) -> bool:
        """Whether the public reaches the site by https: decides about cookies and HSTS."""
        return self.public_url.startswith("https://")

    @property
    def public_origin(self) -> str:
        """Scheme, host and port of the public site, as a browser writes it in `Origin`."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        Misconfigured: a value cannot be what its setting needs; the message names the setting.
    """

    def get(name: str, default: str) -> str:
        return environ.get(PREFIX + name, "").strip() or default

    data_dir = Path(get("DATA_DIR", str(ROOT / "var"))).resolve()
    host = get("HOST", "127.0.0.1")
    port = _whole(get("PORT", "8000"), "PORT", 1, 65535)
    return Settings(
        host=host,
        port=port,
        public_url=_web_address(get("PUBLIC_URL", _own_address(host, port)), "PUBLIC_URL").rstrip("/"),
        database_url=get("DATABASE_URL", f"sqlite:///{data_dir / 'lifeline.db'}"),
        data_dir=data_dir,
        letters_dir=Path(get("LETTERS_DIR", str(ROOT / "letters"))).resolve(),
        census_url=_web_address(get("CENSUS_URL", "https://geocoding.geo.census.gov/geocoder/"), "CENSUS_URL"),
        trusted_proxies=_whole(get("TRUSTED_PROXIES", "0"), "TRUSTED_PROXIES", 0, 10),
        today=_moment(get("TODAY", "")),
        secret_key=get("SECRET_KEY", "") or None,
        email_keys=get("EMAIL_KEYS", "") or None,
        hash_key=get("HASH_KEY", "") or None,
    )


def _own_address(host: str, port: int) -> str:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104  (compared, not bound)
    return f"http://{reachable}:{port}"


def _whole(text: str, name: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit()) or not low <= int(text) <= high:
        raise Misconfigured(f"{PREFIX}{name} must be a whole number from {low} to {high}, not {text!r}")
    return int(text)


def _web_address(text: str, name: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Misconfigured(f"{PREFIX}{name} must be an http or https address, not {text!r}")
    return text


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
