"""Origins: which sites may frame the form, as a browser and a Content-Security-Policy write them."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from campaign.errors import Malformed

HOST_MAX = 253
"""The longest name that DNS knows; a longer origin is not looked at."""

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", re.ASCII)


def parse_origin(text: str) -> str:
    """An origin that may frame the form, as a browser and a Content-Security-Policy write it.

    Raises:
        Malformed: it is not `https://host` or `https://host:port`. Plain http is for this machine alone.
    """
    problem = Malformed(
        "%(origin)s is not an origin. Write https://host or https://host:port, without a path.",
        field="origins",
        origin=repr(text[:HOST_MAX]),
    )
    if len(text) > HOST_MAX or not text.isascii() or len(text.split()) != 1:
        raise problem
    try:
        parts = urlsplit(text.strip().rstrip("/"))
        port = parts.port
    except ValueError:
        raise problem from None
    host = (parts.hostname or "").lower()
    if parts.netloc.lower() != (host if port is None else f"{host}:{port}") or not _HOST.fullmatch(host):
        raise problem
    if parts.path or parts.query or parts.fragment or port == 0:
        raise problem
    local = host == "localhost" or is_loopback(host)
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise problem
    default = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" if port in (None, default) else f"{parts.scheme}://{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether a host is an address of this machine; a name is none."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name; 127.example.org is one, too
        return False
