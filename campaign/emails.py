"""Email addresses: one spelling to write to, one to be known by."""

from __future__ import annotations

import unicodedata

from campaign.errors import Malformed
from campaign.keys import Keys

SAME_DOMAIN = {
    "googlemail.com": "gmail.com",
    "me.com": "icloud.com",
    "mac.com": "icloud.com",
    "protonmail.com": "proton.me",
    "pm.me": "proton.me",
}
"""Domains of one provider under which a name is the same mailbox."""

NO_DOTS = frozenset({"gmail.com"})
"""Where dots in the name make no difference (Google's help pages on Gmail addresses)."""

NO_TAGS = frozenset(
    {"gmail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "icloud.com", "proton.me", "fastmail.com"}
)
"""Where what follows a plus sign is a label of the owner's, and the mail arrives without it, too (the providers' help
pages on plus addressing). Elsewhere it may be part of somebody's name."""


LONGEST = 320
"""Characters of an address with the space around it; the address itself has at most 254 (RFC 5321)."""


def parse_email(text: str) -> str:
    """An email address, checked for its form and normalized; to write to.

    Raises:
        Malformed: it cannot be an address. Whether it exists is not asked here.
    """
    problem = Malformed("Enter an email address like name@example.org.", field="email")
    if len(text) > LONGEST:  # it would be brought into one spelling first, and that takes quadratic time
        raise problem
    # It takes long to load, and whoever only sends or counts never asks for it.
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise problem from None


def canonical(email: str) -> str:
    """One spelling for all that lead to the same mailbox, from a parsed address; to be known by, not to write to."""
    name = email.rpartition("@")[0]
    name = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())
    domain = domain_of(email)
    domain = SAME_DOMAIN.get(domain, domain)
    if domain in NO_TAGS:
        name = name.partition("+")[0] or name
    if domain in NO_DOTS:
        name = name.replace(".", "") or name
    return f"{name}@{domain}"


def domain_of(email: str) -> str:
    """The domain of a parsed address as the network writes it, in small letters: `xn--bcher-kva.ch`."""
    domain = email.rpartition("@")[2].lower()
    if domain.isascii():
        return domain
    from email_validator import validate_email  # see above

    return validate_email(email, check_deliverability=False).ascii_domain


def fingerprint(keys: Keys, email: str) -> str:
    """The keyed hash by which whoever has this mailbox is found again."""
    return keys.fingerprint("email", canonical(email))
