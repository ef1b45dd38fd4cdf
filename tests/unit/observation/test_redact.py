"""No secret leaves in any encoding, and nothing else is taken out."""

from __future__ import annotations

import base64
import html
import json
import pickle
import re
import shlex
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.evidence.secret_places import MARK
from smokegate.observation.evidence.views import Views
from smokegate.report.plain import header

ENCODINGS = {
    "raw": lambda secret: secret,
    "url": lambda secret: quote(secret, safe=""),
    "url with slashes": quote,
    "form": quote_plus,
    "url in lower case": lambda secret: re.sub("%..", lambda found: found[0].lower(), quote(secret, safe="")),
    "json": lambda secret: json.dumps(secret)[1:-1],
    "json in utf-8": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "json in json": lambda secret: json.dumps(json.dumps(secret))[3:-3],
    "html": html.escape,
    "html without quotes": lambda secret: html.escape(secret, quote=False),
    "python": lambda secret: repr(secret)[1:-1],
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 unpadded": lambda secret: base64.b64encode(secret.encode()).decode().rstrip("="),
    "json of Go": lambda secret: json.dumps(secret)[1:-1].translate({ord(c): f"\\u{ord(c):04x}" for c in "<>&"}),
    "json of .NET": lambda secret: json.dumps(secret)[1:-1].translate({ord(c): f"\\u{ord(c):04X}" for c in "<>&'+`"}),
    "encodeURIComponent": lambda secret: quote(secret, safe="!'()*"),
    "url twice": lambda secret: quote(quote(secret, safe=""), safe=""),
    "html numbers": lambda secret: "".join(f"&#{ord(c)};" for c in secret),
    "html hexadecimal": lambda secret: "".join(f"&#x{ord(c):X};" for c in secret),
    "bytes of Python": lambda secret: repr(secret.encode())[2:-1],
    "hexadecimal": lambda secret: secret.encode().hex(),
    "hexadecimal in capitals": lambda secret: secret.encode().hex().upper(),
    "zero-width characters": "\u200b".join,
    "json in html": lambda secret: html.escape(json.dumps(secret))[6:-6],
    "wrapped": lambda secret: "\n    ".join(secret[at : at + 3] for at in range(0, len(secret), 3)),
    "wrapped base64": lambda secret: "\r\n".join(re.findall(".{1,5}", base64.b64encode(secret.encode()).decode())),
    "quoted for a shell": lambda secret: shlex.quote(f" {secret}")[2:-1],
    "base64 for urls": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
}
SECRETS = (
    st.text(st.characters(codec="utf-8"), min_size=6, max_size=40)
    .filter(str.isprintable)
    .filter(lambda secret: len("".join(secret.split())) >= 6)  # as the loader wants it
    # What is left of it when its own escapes are resolved is no shorter than a secret may be.
    .filter(lambda secret: all(len(view) >= 6 for view in Views(secret)))
)
AROUND = st.text(st.characters(codec="ascii", categories=["L", "N", "Zs"]), max_size=12)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(secret=SECRETS, before=AROUND, after=AROUND)
def test_no_encoding_of_a_secret_survives(encoding: str, secret: str, before: str, after: str) -> None:
    encoded = ENCODINGS[encoding](secret)
    assume(encoded not in MARK + before + after)
    assume("\\\n" not in encoded and "\\\r" not in encoded)  # a backslash before a line break is an escape of its own
    told = Redactor([secret]).text(f"{before}{encoded}{after}")
    assert encoded not in told.replace(MARK, "\n")
    assert MARK in told


@pytest.mark.parametrize("encoded", ["0000\\&lt;", "0\u200b0\u200b0\u200b0\u200b\\\u200b<", "0000\\%3C"])
def test_a_backslash_in_a_secret_is_no_escape_of_what_stands_behind_it(encoded: str) -> None:
    assert Redactor(["0000\\<"]).text(encoded) == MARK


@given(secret=st.binary(min_size=9, max_size=30), before=st.binary(max_size=5), after=st.binary(max_size=5))
def test_a_secret_inside_longer_base64_is_found_at_every_alignment(secret: bytes, before: bytes, after: bytes) -> None:
    password = secret.hex()
    credentials = base64.b64encode(before + password.encode() + after).decode()
    core = base64.b64encode(before + password.encode() + after).decode()[len(before) * 2 + 4 : len(before) * 2 + 10]
    told = Redactor([password]).text(f"Basic {credentials}")
    assert MARK in told
    assert core not in told.replace(MARK, "\n") or len(core) < 6


@given(text=st.text(max_size=200))
def test_a_text_without_secrets_stays_as_it_is(text: str) -> None:
    assume("hunter2-and-more" not in text)
    assert Redactor(["hunter2-and-more"]).text(text) == text


def test_overlapping_secrets_are_taken_out_whole() -> None:
    assert Redactor(["abcdef", "defghi"]).text("-abcdefghi-") == f"-{MARK}-"


def test_a_secret_that_contains_another_leaves_nothing_of_itself() -> None:
    assert Redactor(["token-123", "prefix-token-123-suffix"]).text("x prefix-token-123-suffix y") == f"x {MARK} y"


def test_adjacent_text_is_kept() -> None:
    assert Redactor(["s3cret!"]).text("a s3cret! b s3cret! c") == f"a {MARK} b {MARK} c"


def test_values_too_short_to_be_secrets_are_ignored() -> None:
    assert Redactor(["abcde", ""]).text("abcde") == "abcde"


@pytest.mark.parametrize(
    "text",
    ["`the key is corr…", "the key is correct-horse-…", "'...horse-battery'", "correct-horse-ba"],
)
def test_a_secret_that_was_cut_is_found_from_its_eighth_character(text: str) -> None:
    told = Redactor(["correct-horse-battery"]).text(text)
    assert "correct-" not in told
    assert "-battery" not in told


@pytest.mark.parametrize("text", ["a defect of smokegate", '{"name": "smokegate"}'])
def test_a_text_that_ends_with_the_first_word_of_a_secret_is_not_taken_for_a_cut_one(text: str) -> None:
    """A token may begin with its account's address, which is no secret."""
    assert Redactor(["smokegate+1f80ad6be7c4@example.com.5d41402abc4b2a76"]).text(text) == text


def test_the_first_word_of_a_secret_before_an_ellipsis_is_a_cut_secret() -> None:
    assert (
        Redactor(["smokegate+1f80ad6be7c4@example.com.5d41402abc4b2a76"])
        .text("the token smokegate…")
        .endswith(f"{MARK}…")
    )


def test_a_secret_of_several_lines_is_known_by_each_of_them() -> None:
    """The frame of a private key is not a secret."""
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n9w0BAQEFAASCBKcwggSj\n-----END PRIVATE KEY-----"
    text = "-----BEGIN PRIVATE KEY----- 9w0BAQEFAASCBKcwggSj"
    assert Redactor([key]).text(text) == f"-----BEGIN PRIVATE KEY----- {MARK}"


def test_a_redactor_shows_no_secret_and_survives_pickling() -> None:
    redactor = pickle.loads(pickle.dumps(Redactor(["hunter2-and-more"])))  # noqa: S301 -- our own
    assert "hunter2" not in repr(redactor)
    assert redactor.text("hunter2-and-more") == MARK


@pytest.mark.parametrize("piece", ["\\\\", "%41", "&a", "eyJ", "\n", "://a", "...", "hunt", "hunter2-an...", "'\"'\"'"])
def test_a_hostile_text_is_searched_to_its_end(piece: str) -> None:
    """Many escapes, cuts and beginnings of secrets are one pass each; the secret after them is found."""
    told = Redactor(["hunter2-and-more"]).text(piece * 5_000 + " hunter2-and-more")
    assert told.endswith(MARK)


def test_json_values_are_redacted_in_depth_keys_included() -> None:
    told = Redactor(["s3cret!"]).value({"a": ["s3cret!", 1, None], "s3cret!": {"b": "xs3cret!x"}})
    assert told == {"a": [MARK, 1, None], MARK: {"b": f"x{MARK}x"}}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Authorization", "Bearer abc", f"Bearer {MARK}"),
        ("authorization", "abc", MARK),
        ("Cookie", "sid=abc; lang=en", MARK),
        ("Set-Cookie", "sid=abc; Path=/; HttpOnly", f"sid={MARK}; Path=/; HttpOnly"),
        ("Content-Type", "application/json", "application/json"),
    ],
)
def test_headers_that_hold_credentials_are_redacted_whatever_their_value(name: str, value: str, expected: str) -> None:
    assert header(name, value) == expected


def test_a_secret_broken_up_by_control_characters_is_still_found() -> None:
    assert Redactor(["s3cret!"]).text("s3\x1bcr\x00et!") == MARK


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GIT_URL=https://ghp0123456789abcdef@github.com/a/b", f"GIT_URL=https://{MARK}@github.com/a/b"),
        ("https://x-access-token:ghs_1@github.com/a/b", f"https://x-access-token:{MARK}@github.com/a/b"),
        ("Set-Cookie: sid=abcdef123; Path=/", f"Set-Cookie: sid={MARK}; Path=/"),
        ("> authorization: Bearer abcdef123", f"> authorization: Bearer {MARK}"),
    ],
)
def test_a_credential_is_known_by_its_place(text: str, expected: str) -> None:
    """Those of the CI system and of others are in no environment file."""
    assert Redactor().text(text) == expected


def test_a_password_in_an_address_is_redacted_unknown_as_it_is() -> None:
    told = Redactor().text("postgresql+psycopg://atp:hunter2@db:5432/atp refused")

    assert told == f"postgresql+psycopg://atp:{MARK}@db:5432/atp refused"


@pytest.mark.parametrize(
    "text",
    ["https://example.com/a:b@c", "http://127.0.0.1:8002/x", "no address: a@b", "redis://cache:6379/0"],
)
def test_addresses_without_a_password_stay_as_they_are(text: str) -> None:
    """Nothing is taken out that is not a secret."""
    assert Redactor().text(text) == text


@given(text=st.text(st.sampled_from("hunter2-am…'\\u006%41&;\n\x1b ."), max_size=120))
def test_what_was_redacted_holds_no_secret_any_more(text: str) -> None:
    redactor = Redactor(["hunter2-amt", "2-hunt/er"])
    once = redactor.text(f"{text}hunter2-amt{text}2-hunt%2fer")
    assert redactor.known_spans(once) == []
    assert redactor.text(once) == once
