"""Texts that somebody may type to break something, every one of our own; each goes into every field."""

from __future__ import annotations

HARMLESS, REFUSED = "harmless", "\x07"
"""A text that every field of text takes, and one that none does."""

MARKUP = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' autofocus onfocus='alert(1)",
    "</textarea><script>alert(1)</script>", "</title></head><body onload=alert(1)>", "<svg/onload=alert(1)//",
    '<a href="javascript:alert(1)">x</a>', "--><!-- <b>", "]]><![CDATA[<b>", "&lt;b&gt; &#60;b&#62; &amp;",
    "</option></select><option selected>ME", "</form><form action=//lifeline.example><input name=zip>",
    "<p/class=notice>Your letters are sent", '"/><input type="hidden" name="may_print" value="y',
    'x" style="position:fixed;inset:0" data-x="', "<iframe srcdoc='&lt;h1&gt;Done&lt;/h1&gt;'>",
    "<meta http-equiv=refresh content='0;url=/mine'>",
    "<math><mtext></p><style><!--</style><img title='--&gt;&lt;hr&gt;'>", "<details open ontoggle=alert(1)>",
    "&nosuchthing; &#0; &#xD800; &#x110000; &", "&quot;&apos;&NewLine;&Tab;&zwj;",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
)  # fmt: skip
TEMPLATES = (
    "{{ 7 * 7 }}{{ config }}", "{% include 'layout.html' %}", "{# gone #}{% raw %}", "${7*7} #{7*7} <%= 7*7 %>",
    "{city} {state} {fact:u4u-border} {0.__class__}", "%(name)s %(limit)s %s %d 100% %", "{{", "%(name)", "{}{}{}",
    "{name!r:>9999}", "%1000000d", "$letter ${letter} $$", "#set($x=7)$x <#assign y=7>${y} @(7*7)",
    "Dear {title} {last_name}, {reason:safety}",
)  # fmt: skip
SQL = (
    "'; DROP TABLE messages; --", "' OR 'me'='me", "1; UPDATE pledges SET confirmed_at = 0 --",
    '" UNION SELECT sealed_email FROM supporters --', "ana') ON CONFLICT DO UPDATE SET slot = 3 --",
    "/* a letter */ -- no more\n;", "pg_sleep(60)",
)  # fmt: skip
SHELL = (
    "$(touch letter) `touch letter`", "| mail -s letters office", "* ? [a-z] ~ !!", "--help", "\\",
    "() { :; }; echo letter", "\\x3cb\\x3e \\u003cb\\u003e \\",
)  # fmt: skip
FORMULAS = (
    "@SUM(A1:A9)", "\t=1+1", '="a"&"b"', '","=1+1","', '=HYPERLINK("//lifeline.example","Your letters")',
)  # fmt: skip
HEADERS = (
    "Ana\r\nBcc: eve@example.com", "Ana\nSubject: Another", "x\r\nSet-Cookie: organizer=1",
    "%0d%0aLocation:%20//lifeline.example", "x\r\n.\r\nMAIL FROM:<eve@example.com>",
    "=?utf-8?q?Ana=0D=0ABcc:_eve=40example.com?=", "\u560d\u560aBcc: eve@example.com",
    'Content-Type: text/html; boundary="--letter"\n\n--letter--', 'letter.pdf"; filename*=UTF-8\'\'x.html',
)  # fmt: skip
MAILBOXES = (
    "ana@example.org\r\nBcc: eve@example.com", "ana@example.org,eve@example.com", "Ana Reyes <ana@example.org>",
    '"ana reyes"@example.org', "ana@[127.0.0.1]", "ana(office)@example.org", "ana@xn--a.example.org",
    "ana@\u0435xample.org", "an\u0430@example.org", "ana@b\xfccher.ch", "ana\uff20example.org", "ANA@EXAMPLE.ORG",
    "ana+letters@example.org", "ana%eve.example@example.org", "mailto:ana@example.org?cc=eve@example.com",
    "a" * 65 + "@example.org", "ana@" + "office." * 36 + "org", "\u202eana@example.org",
)  # fmt: skip
PAGES = (
    "javascript:alert(1)", "data:text/html,<b>letter", "//lifeline.example", "https://office@lifeline.example:99999/",
    "http://[::1", "file:///etc/hosts", "tel:+1-202-555-0100", "?p=nobody&p=riverside",
    "\u2044\u2044lifeline.example",
)  # fmt: skip
SIGNS = (
    "\u202egnp.exe\u202c \u2066x\u2069",
    "\u05e9\u05dc\u05d5\u05dd \u05d5\u05d1\u05e8\u05db\u05d4\u060c "
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "\U0001f469\U0001f3fd\u200d\U0001f680\U0001f54a\ufe0f\U0001f3f3\ufe0f\u200d\U0001f308 "
    "\ufdfd Z\u0351\u036ba\u0334l\u035fg\u0321o",
    "\u200b", "\ufeff", "\xad", "A\xadna", "\u3164", "\u202a\u202b\u202c\u202d\u202e", "Ana\u202e)seyeR(",
    "a" + "\u0301" * 80, "o\u20e3\u0489", "\xc9lan", "E\u0301lan", "\u212b \xc5 A\u030a", "\xdf", "STRASSE stra\xdfe",
    "\u0130stanbul \u0131", "\ufb03 \ufb06", "\u0390\u03b0", "\uff10\uff14\uff11\uff10\uff11",
    "\u0660\u0664\u0661\u0660\u0661", "\xbd \xb2 \u2167", "\u0410n\u0430 R\u0435yes", "rn m \u217f", "\ufdfd" * 20,
    "\U0001242b\U00012219", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "\ufffe", "\ufdd0", "\U0010ffff",
    "\U0010fffd \ue000 \uf8ff", "\ufffd", "\ufff9a\ufffab\ufffb",
)  # fmt: skip
"""Directions, what nobody sees, piles, two spellings of one sign, look-alikes, what grows when folded, wide signs."""
CONTROLS = (
    "\x00", "Ana\x00Reyes", "\x01\x02\x03", "\x08\x08\x08Eve", "\x0b", "\x1b[2J\x1b[31m", "\x1c\x1d\x1e\x1f", "\x7f",
    "\x80\x9f", "\x85",
)  # fmt: skip
SPACES = (
    " ", "\n", "\u2028", "\u2029", "\u3000", " Ana ", "Ana\xa0Reyes", "Ana \t \n Reyes", "\n\n  Ana\n\n\n\n",
    "\u2800",
)  # fmt: skip
NUMBERS = (
    "0", "00000", "0410", "04101-12345", "2147483648", "9223372036854775808", "18446744073709551616", "1e309", "NaN",
    "Infinity", "1/0", "\u0663", "9" * 400,
)  # fmt: skip
WORDS = (
    "null", "None", "true", "y", "2026-02-30", "0000-00-00", "9999-12-31T23:59:60Z", "2026-11-24T12:00:00+99:99",
    "__proto__", "constructor", "__class__", "CON", "aux.txt",
)  # fmt: skip
NOTATIONS = (
    '{"zip": "04101", "zip": "10001"}', "[[[[[[", '{"$ne": ""}', '{"__proto__": {"role": "lead"}}', '"', "'",
    "\u201c\u2019", "\\u0000", "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hosts'>]><a>&b;</a>",
    "<!ENTITY % a '&#37;a;'>", "!!python/name:os.system", "- - - :", "a=b&c=d&c=e", "../../etc/hosts", "C:\\AUX\\x",
    "\\\\office\\share", "letters/protect-parole.toml\x00.txt", "%00", "%c0%af", "a+b%20c", "\\n\\r\\t",
    "O'Reyes-Mu\xf1oz, Jr.", "Ana & Ben", "Apt. #4 1/2",
)  # fmt: skip
LONG = (
    "x" * 100, "x" * 101, "x" * 5000, "\U0001f54a" * 101, "\ufdfa" * 61, "&" * 3001, "\n" * 300, "one line\n" * 120,
    "Z" * 20001,
)  # fmt: skip

KINDS = (MARKUP, TEMPLATES, SQL, SHELL, FORMULAS, HEADERS, MAILBOXES, PAGES)
KINDS += (SIGNS, CONTROLS, SPACES, NUMBERS, WORDS, NOTATIONS, LONG)
TEXTS = tuple(text for kind in KINDS for text in kind)

BYTES = (
    b"\xff\xfe", b"\xed\xa0\x80", b"\xed\xa0\xbd\xed\xb5\x8a", b"\xc0\xaf", b"\xc3", b"\xc3(", b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80", b"\x80abc", b"Ana\xe9", b"\xa0\xa1", b"\xef\xbb\xbf\xff", b"\xe2(\xa1", b"\x00\xff\x00",
)  # fmt: skip
"""What is no UTF-8: halves of surrogate pairs, forms that are too long, Latin-1."""
HALVES = (
    "\ud800", "\udfff", "Ana \ud83d", "\udd4a\ud83d", "\ud800\ud800", "\udc80",
)  # fmt: skip
"""Halves of surrogate pairs; JSON can say them."""
