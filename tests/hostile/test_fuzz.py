"""No foreign text makes a parser fail in a way of its own, or takes it long; `fuzz.py` looks for more such texts."""

from __future__ import annotations

import json
import random

import pytest
from tests_support.beside import beside

fuzz = beside(__file__, "fuzz")
CASES = [(name, text) for name, texts in json.loads(fuzz.CASES.read_text("utf-8")).items() for text in texts]


@pytest.mark.parametrize(("name", "text"), CASES, ids=[f"{name}-{number}" for number, (name, _) in enumerate(CASES)])
def test_a_text_that_broke_a_parser_does_so_no_more(name: str, text: str) -> None:
    assert fuzz.wrong(name, text) == ""


@pytest.mark.parametrize("name", fuzz.PARSERS)
def test_every_parser_takes_its_seeds_and_what_becomes_of_them(name: str) -> None:
    chance = random.Random(1)  # noqa: S311 -- the same texts in every run
    texts = [*fuzz.SEEDS[name], *(fuzz.mutated(each, chance) for each in fuzz.SEEDS[name] * 3)]
    assert [problem for each in texts if (problem := fuzz.wrong(name, each))] == []


def test_a_parser_that_fails_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a run of the fuzzer would prove nothing."""
    monkeypatch.setitem(fuzz.PARSERS, "headers", int)
    assert fuzz.wrong("headers", "x").startswith("ValueError at fuzz.py")
