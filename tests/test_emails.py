"""An email address: what can be one, how it is written to, and whose mailbox it is."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.emails import NO_DOTS, NO_TAGS, SAME_DOMAIN, canonical, domain_of, fingerprint, parse_email
from campaign.errors import Malformed
from campaign.keys import Keys


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("ana@example.org", "ana@example.org"),
        (" Ana.Reyes+parole@EXAMPLE.org \n", "Ana.Reyes+parole@example.org"),
        ("o'brien@example.org", "o'brien@example.org"),
        ("анна@example.org", "анна@example.org"),
        ("ana@xn--bcher-kva.ch", "ana@bücher.ch"),
    ],
)
def test_an_address_is_normalized(text: str, email: str) -> None:
    assert parse_email(text) == email


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ana",
        "ana@",
        "@example.org",
        "ana@example",
        "ana@exam ple.org",
        "ana@example.org, ben@example.org",
        "Ana <ana@example.org>",
        "ana@example.org\r\nBcc: all@example.org",
        "ana\0@example.org",
        "ana\ud800@example.org",
        "ana@[127.0.0.1]",
        f"{'a' * 250}@example.org",
        f"ana@{'a.' * 200}org",
    ],
)
def test_what_cannot_be_an_address_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse_email(text)
    assert caught.value.field == "email"
    assert caught.value.message == "Enter an email address like name@example.org."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana.Reyes@Example.org", "ana.reyes@example.org"),
        ("a.n.a@gmail.com", "ana@gmail.com"),
        ("ana+parole@gmail.com", "A.na@googlemail.com"),
        ("ana+letters@outlook.com", "ana@OUTLOOK.com"),
        ("ana@me.com", "ana+x@icloud.com"),
        ("ana@protonmail.com", "ana@pm.me"),
        ("ana@b\u00fccher.ch", "ana@xn--bcher-kva.ch"),
        ("ana@bu\u0308cher.ch", "ana@b\u00fccher.ch"),
        ("\u0410\u043d\u043d\u0430@example.org", "\u0430\u043d\u043d\u0430@example.org"),
        ("jose\u0301@example.org", "jos\u00e9@example.org"),
    ],
)
def test_what_leads_to_one_mailbox_is_one_person(one: str, other: str) -> None:
    assert canonical(parse_email(one)) == canonical(parse_email(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.na@example.org", "ana@example.org"),
        ("ana+parole@example.org", "ana@example.org"),
        ("a.na@outlook.com", "ana@outlook.com"),
        ("ana@outlook.com", "ana@hotmail.com"),
        ("ana@gmail.com", "ana@gmail.com.example.org"),
        ("ana@mail.gmail.com", "ana@gmail.com"),
        ("+a@gmail.com", "+b@gmail.com"),
        ("ana@fa\u00df.de", "ana@fass.de"),
    ],
)
def test_what_may_be_two_mailboxes_is_two_people(one: str, other: str) -> None:
    assert canonical(parse_email(one)) != canonical(parse_email(other))


names = st.text(string.ascii_letters + string.digits + "._+-'", min_size=1, max_size=30)
domains = st.sampled_from(sorted({*NO_DOTS, *NO_TAGS, *SAME_DOMAIN, "example.org", "b\u00fccher.ch"}))


def parsed(name: str, domain: str) -> str | None:
    try:
        return parse_email(f"{name}@{domain}")
    except Malformed:
        return None


@given(names, domains)
def test_the_canonical_spelling_is_its_own_and_can_be_an_address(name: str, domain: str) -> None:
    if email := parsed(name, domain):
        assert canonical(canonical(email)) == canonical(email)
        assert parsed(*canonical(email).split("@")) is not None or ".." in canonical(email)
        assert canonical(email) == canonical(parse_email(email.swapcase()))


@given(names, st.text(string.ascii_lowercase, min_size=1, max_size=9), st.sampled_from(sorted(NO_TAGS)))
def test_a_tag_or_dots_make_nobody_twice(name: str, tag: str, domain: str) -> None:
    if (email := parsed(name, domain)) and not name.startswith("+"):
        assert canonical(email) == canonical(parse_email(f"{name}+{tag}@{domain}"))
        if domain in NO_DOTS and name.isalnum():
            assert canonical(email) == canonical(parse_email(f"{'.'.join(name)}@{domain}"))


@given(names, names)
def test_elsewhere_names_that_differ_stay_apart(one: str, other: str) -> None:
    first, second = parsed(one, "example.org"), parsed(other, "example.org")
    if first and second:
        assert (canonical(first) == canonical(second)) == (one.lower() == other.lower())


def test_a_fingerprint_is_of_the_mailbox_and_shows_nothing_of_it(keys: Keys) -> None:
    assert fingerprint(keys, "a.na@gmail.com") == fingerprint(keys, "Ana+x@googlemail.com")
    assert fingerprint(keys, "ana@example.org") == keys.fingerprint("email", "ana@example.org")
    assert domain_of("ana@b\u00fccher.ch") == "xn--bcher-kva.ch"
