"""Credentials that an answer hands out are known from then on; innocent text never counts as one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smokegate.observation.evidence.discover import MAX_CREDENTIALS, discover, discover_in_text, jwts, names_credential
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.evidence.secret_places import MARK
from smokegate.observation.exchange import Headers
from smokegate.observation.plan.step import RawResponse

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"
SHA = "9f2c1e7ab34d5566778899aabbccddeeff001122"


def raw(body: Any = None, *cookies: str, text: str | None = None) -> RawResponse:
    """An answer as it came, with some cookies."""
    written = json.dumps(body) if text is None else text
    headers = tuple(("Set-Cookie", cookie) for cookie in cookies)
    return RawResponse(200, Headers(headers), written, len(written), "https://app.example.com/", body, text is None)


def told(answer: RawResponse, text: str) -> str:
    """A text after an answer was seen."""
    redactor = Redactor()
    discover(answer, redactor)
    return redactor.text(text)


@pytest.mark.parametrize(
    "answer",
    [
        raw({"access_token": "AbCdEf123456789"}),
        raw({"deep": [{"refreshToken": "AbCdEf123456789"}]}),
        raw({"data": {"apiKey": "AbCdEf123456789"}}),
        raw({}, "sessionid=AbCdEf123456789; Path=/"),
        raw({}, "opaque=AbCdEf123456789; HttpOnly"),
    ],
)
def test_a_credential_is_known_wherever_an_answer_hands_it_out(answer: RawResponse) -> None:
    assert told(answer, "it is AbCdEf123456789") == f"it is {MARK}"


@pytest.mark.parametrize(
    "cookie",
    ["consent=true", f"build={SHA}", f"build={SHA}; HttpOnly", "last=degraded", "lang=de-DE-and-en-GB", "theme=dark"],
)
def test_a_cookie_that_is_no_credential_hides_no_word(cookie: str) -> None:
    value = cookie.partition("=")[2].partition(";")[0]
    assert told(raw({}, cookie), f"state: {value}") == f"state: {value}"


@pytest.mark.parametrize(
    "body",
    [
        [{"tokenAddress": f"0x{index:040x}", "symbol": f"T{index}"} for index in range(2000)],
        {"token_type": "bearer-token-v2", "api_key": "configured", "session_count": "123456789012"},
        {"nextPageToken": "CAUQAA123456789", "passwordPolicy": "At-Least-12-characters"},
        {"resetPasswordUrl": "https://app.example.com/reset/1", "token": "https://app.example.com/v1/2"},
        {"session": "2026-11-25T21:00:00Z"},
    ],
)
def test_ordinary_data_stays_as_it_is(body: Any) -> None:
    text = json.dumps(body)
    assert told(raw(body), text) == text


def test_an_answer_with_more_credentials_than_the_cap_is_withheld() -> None:
    """What is over the cap is redacted where it stands as it is, too, and the verdict is made from the answer."""
    body = [{"secret": f"S3cret-value-{index:06}"} for index in range(MAX_CREDENTIALS + 10)]
    redactor = Redactor()
    assert discover(raw(body), redactor)
    assert not discover(raw(body[:MAX_CREDENTIALS]), Redactor())
    assert redactor.text(json.dumps(body)).count("S3cret-value") == 0


def test_json_web_tokens_are_found_in_any_text() -> None:
    assert told(raw(text=f"<script>var t='{JWT}'</script>"), f"Bearer {JWT}") == f"Bearer {MARK}"


@given(st.text(st.sampled_from("eyJ._- a"), max_size=400))
def test_looking_for_tokens_takes_any_text(text: str) -> None:
    """What is found stands in the text."""
    assert all(token in text for token in jwts(text))


@given(st.text(max_size=60))
def test_any_key_can_be_judged(key: str) -> None:
    assert names_credential(key) in {True, False}


@given(
    st.recursive(
        st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_any_json_can_be_searched(body: Any) -> None:
    assert discover(raw(body), Redactor()) is False


def test_the_password_of_a_connection_string_is_known_from_then_on() -> None:
    """A log that shows it once shows it elsewhere, too, without the address around it."""
    redactor = Redactor()
    discover_in_text("connecting to postgresql://shop:tr1cky-pw@db:5432/shop", redactor)
    assert redactor.text("tried tr1cky-pw") == f"tried {MARK}"


def test_a_plain_word_of_a_connection_string_may_be_a_name() -> None:
    """Many development databases have the password `postgres`; the word stays readable everywhere else."""
    redactor = Redactor()
    discover_in_text("postgresql://postgres:postgres@db:5432/shop", redactor)
    assert redactor.text("the postgres container") == "the postgres container"
