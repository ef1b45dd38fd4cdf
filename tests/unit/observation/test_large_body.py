"""Large bodies are packed, those that do not shrink in a file, and are read as they came."""

from __future__ import annotations

import json
import os
import pickle
import tempfile
from base64 import b64encode
from random import Random

import pytest

from smokegate.observation.large_body import LargeBody
from smokegate.observation.transport.body import decode
from smokegate.observation.transport.json_body import parse
from smokegate.observation.transport.limits import KEPT_TEXT, MAX_JSON, MAX_WIDE_BODY, MAX_WIDE_JSON, TooLargeError

DENSE = b64encode(Random(1).randbytes(1_500_000)).decode()  # noqa: S311 -- no secret
TEXTS = {"shrinks": "a line\n" * 20_000, "dense": DENSE[:300_000], "wide": "\U0001f600\ud800" + DENSE[:300_000]}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_comes_back_as_it_was_also_in_another_process(text: str) -> None:
    body = LargeBody(text, 1)
    other = pickle.loads(pickle.dumps(body))  # noqa: S301 -- our own

    assert (body.text, other.text, other.cut) == (text, text, False)


def test_json_that_does_not_shrink_is_kept_whole_and_a_page_is_cut() -> None:
    """JSON is judged by all its values; of text that is not a page the first part is evidence enough."""
    value = {"data": DENSE}
    body, page = LargeBody(json.dumps(value), 1, is_json=True), LargeBody(DENSE, 1)

    assert (body.json, body.cut) == (value, False)
    assert (page.text, page.cut) == (DENSE[:KEPT_TEXT], True)


def test_a_body_stays_in_memory_where_no_file_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(tempfile, "mkstemp", full)
    monkeypatch.setattr(os, "getpid", lambda: -1)  # a process without a file yet

    assert LargeBody(TEXTS["dense"], 1).text == TEXTS["dense"]


@pytest.mark.parametrize(
    ("text", "most"), [("x", MAX_JSON), ("\U0001f600", MAX_WIDE_JSON), ("\\ud83d\\ude00", MAX_WIDE_JSON)]
)
def test_json_has_its_cap_and_a_lower_one_where_its_text_is_wide(text: str, most: int) -> None:
    """A character outside the basic plane makes a text four times as large in memory."""
    room = most - len(text) - 4
    assert parse(f'["{text}{"a" * room}"]', "application/json")[1]
    with pytest.raises(TooLargeError, match=f"more than {most} characters"):
        parse(f'["{text}{"a" * (room + 1)}"]', "application/json")


def test_wide_text_has_a_lower_cap() -> None:
    wide = "\U0001f600".encode()
    assert len(decode(wide + b"a" * (MAX_WIDE_BODY - 4), "text/plain")) == MAX_WIDE_BODY - 3
    with pytest.raises(TooLargeError, match="outside the basic plane"):
        decode(wide + b"a" * MAX_WIDE_BODY, "text/plain")
    assert len(decode(b"a" * (MAX_WIDE_BODY + 1), "text/plain")) == MAX_WIDE_BODY + 1
