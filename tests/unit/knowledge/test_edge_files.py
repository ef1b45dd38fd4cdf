"""The data files about edges are whole: every pattern compiles, every cause exists, and a fault in one names it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from smokegate.diagnosis.catalogue import all_rules
from smokegate.diagnosis.rule import filled
from smokegate.knowledge import edge_files, table
from smokegate.knowledge.edge_files import SAYS, EdgeFile, Sign
from smokegate.knowledge.gateway_words import words

CODES = {rule.code for rule in all_rules()}
FILES = edge_files.edge_files()
SIGNS = [(file, sign) for file in FILES for sign in file.signs]
NAMES = {"edge": "Edge", "target": "HOST", "hostname": "HOST", "url": "https://HOST", "health": "/health"}


@pytest.mark.parametrize(("file", "sign"), SIGNS, ids=[f"{f.name}-{n}" for n, (f, _) in enumerate(SIGNS)])
def test_sign_is_whole(file: EdgeFile, sign: Sign) -> None:
    """A sign's patterns compile, its cause is one that the diagnosis names, and its texts hold known names only."""
    assert sign.fields is not None
    assert sign.text is None or sign.text.pattern
    assert sign.code in CODES
    assert sign.status or sign.headers or sign.body, "it would fit every answer"
    assert filled(sign.title or "", NAMES) is not None
    assert all(filled(step, NAMES) is not None for step in file.steps_for(sign.says))


def test_steps_are_about_what_a_sign_says() -> None:
    """The steps of a file stand under something that one of its signs says, or under `any`."""
    for file in FILES:
        assert set(file.steps) <= {"any", *(sign.says for sign in file.signs)}, file.name


@pytest.mark.parametrize("name", list(table("gateway.toml")))
def test_words_of_gateways_compile(name: str) -> None:
    """Each list of words is a pattern."""
    assert words(name).pattern


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('name = "X"\n[[sign]]\nsays = "gone"', "says = 'gone'"),
        ('name = "X"\n[[sign]]\nsays = "app-away"\nstauts = [502]', "stauts"),
        ("[[sign]]\nsays = 'app-away'", "name"),
    ],
)
def test_fault_in_a_file_names_the_file(text: str, complaint: str) -> None:
    """What is wrong with a data file is said with its name."""
    with pytest.raises(ValueError, match=r"edges/x\.toml") as raised:
        edge_files._file("x.toml", text)
    assert complaint in str(raised.value)


def test_everything_that_can_be_said_has_a_cause() -> None:
    """No word of the vocabulary is without a rule."""
    assert {f"edge.{says}" for says in SAYS} <= CODES


def test_plain_answer_reads_no_file() -> None:
    """A green run pays nothing: an answer that is plainly the application's is judged without the data."""
    program = (
        "import sys\n"
        "from smokegate.observation.evidence.edge import edge_answer\n"
        "from smokegate.observation.exchange import Answer, Body, Headers\n"
        "json = Headers((('content-type', 'application/json'), ('server', 'cloudflare')))\n"
        "html = Headers((('content-type', 'text/html'),))\n"
        "assert edge_answer(Answer(200, json, Body('{}', json={}, is_json=True))) is None\n"
        "assert edge_answer(Answer(200, html, Body('<!doctype html><title>Shop</title>'))) is None\n"
        "assert not [name for name in sys.modules if name.startswith('smokegate.knowledge')]\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
