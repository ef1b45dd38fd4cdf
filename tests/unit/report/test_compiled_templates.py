"""Compiled templates are kept like compiled modules."""

from __future__ import annotations

import sys

import pytest
from jinja2 import DictLoader, Environment

from smokegate.report.page.compiled import Compiled


def rendered(text: str) -> str:
    """Render a template as a new process would."""
    loader = DictLoader({"greeting": text})
    return Environment(loader=loader, bytecode_cache=Compiled("."), autoescape=True).get_template("greeting").render()


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The folder of compiled files."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path


def test_a_template_is_compiled_once(place, monkeypatch):
    """The second run reads what the first one wrote."""
    assert rendered("hello") == "hello"
    (kept,) = place.rglob("*.jinja")
    monkeypatch.setattr(Environment, "compile", None)

    assert rendered("hello") == "hello"
    assert kept.is_file()


def test_a_changed_template_is_compiled_anew(place):
    """What is kept counts for the text that it was made from alone."""
    assert [rendered("hello"), rendered("hullo")] == ["hello", "hullo"]
    assert len(list(place.rglob("*.jinja"))) == 1


def test_what_cannot_be_read_is_compiled_anew(place):
    """A file that was cut short costs time and nothing else."""
    rendered("hello")
    (kept,) = place.rglob("*.jinja")
    kept.write_bytes(kept.read_bytes()[:-9])
    assert rendered("hello") == "hello"
    kept.write_bytes(kept.read_bytes()[:20])
    assert rendered("hello") == "hello"


@pytest.mark.parametrize("how", ["PYTHONDONTWRITEBYTECODE", "no such place"])
def test_where_nothing_can_be_written_nothing_is(place, monkeypatch, how):
    """Python's own setting counts, and a place that cannot be made is not an error."""
    (place / "file").touch()
    if how == "no such place":
        monkeypatch.setattr(sys, "pycache_prefix", str(place / "file"))
    else:
        monkeypatch.setattr(sys, "dont_write_bytecode", True)

    assert rendered("hello") == "hello"
    assert not list(place.rglob("*.jinja"))
