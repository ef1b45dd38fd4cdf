"""Every mistake in a file is one line: the file, the key, what was expected, what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from smokegate.environment.errors import EnvironmentErrors
from smokegate.environment.load import load

START = b'title = "App"\n[backend]\nurl = "https://app.example.com"\n'
KEYED = b'[[backend.endpoints]]\npath = "/a"\nsend = { X-Key = { env = "KEY" } }\n'
LINE_BREAK = "no line break, control character or outer space in a header value"


class Case(NamedTuple):
    """A file with mistakes, the variables that it finds, and the lines that tell what is wrong."""

    text: bytes
    lines: tuple[str, ...]
    variables: Mapping[str, str] = {}


def written() -> dict[str, Case]:
    """Read the cases that a person can read, from `mistakes.txt`."""
    cases = {}
    for part in Path(__file__).with_name("mistakes.txt").read_text(encoding="utf-8").split("\n### ")[1:]:
        name, *lines = part.rstrip("\n").split("\n")
        told = tuple(line[2:] for line in lines if line.startswith("> "))
        variables = dict(line[2:].split("=", 1) for line in lines if line.startswith("$ "))
        text = "\n".join(line for line in lines if not line.startswith(("> ", "$ ")))
        cases[name] = Case(text.encode(), told, variables)
    return cases


CASES = {
    **written(),
    "an empty file": Case(b"", ('the file is empty; expected at least title = "…" and [backend] with url = "…"',)),
    "a number without end": Case(b"a = " + b"9" * 5000, ("not TOML: a number has too many digits",)),
    "brackets without end": Case(b"a = " + b"[" * 3000, ("expected at most 32 levels of tables and arrays",)),
    "dotted keys without end": Case(b"a" + b".a" * 200 + b" = 1", ("expected at most 32 levels of tables and arrays",)),
    "no UTF-8": Case(b'title = "App"\n# caf\xe9', ("not UTF-8: byte 0xe9 (at line 2, column 6); save it as UTF-8",)),
    "UTF-16": Case(START.decode().encode("utf-16"), ("not UTF-8 but UTF-16; save it as UTF-8",)),
    "a huge file": Case(b"#" * (2 << 20), ("expected a file of at most 1024 KiB",)),
    "a header with a line break": Case(
        START + KEYED,
        (f"backend.endpoints.0.send.X-Key (/a): expected {LINE_BREAK}, found one in the variable KEY",),
        {"KEY": "hunter2\n"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_reported_in_words_that_help(
    name: str, mistakes: Callable[..., list[str]], tmp_path: Path
) -> None:
    """The whole message is exactly the expected lines, each with the file's name."""
    case = CASES[name]
    expected = [f"app.toml: {line}".replace("{here}", str(tmp_path)) for line in case.lines]
    assert mistakes(case.text, variables=case.variables) == expected


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "hunter2" in str(case)])
def test_no_message_repeats_a_secret(name: str, mistakes: Callable[..., list[str]]) -> None:
    """A password that was written down, or that a variable held, is in no message."""
    case = CASES[name]
    assert not [line for line in mistakes(case.text, variables=case.variables) if "hunter2" in line]


LINES = """\
title = "App"
[backend]
url = "https://app.example.com"
health = { samples = 3, wiat = 1 }
[[backend.endpoints]]
path = "/a"
[[backend.endpoints]]
path = "/b"
note.text = '''
status = 1'''
[backend.endpoints.send]
X-Key = { env = "NO_KEY" }
[sign_in]
login = "/login"
account = "/me"
standing = { email = { env = "E" }, password = "hunter2-literal" }
"""


@pytest.mark.parametrize(
    ("key", "line", "excerpt"),
    [
        ("backend.health.wiat", 4, "  4 | health\n    | ^^^^^^"),
        ("backend.endpoints.1.note (/b)", 9, "  9 | note.text\n    | ^^^^^^^^^"),
        ("backend.endpoints.1.send.X-Key (/b)", 12, "  12 | X-Key\n     | ^^^^^"),
        ("sign_in.standing.password", 16, "  16 | standing\n     | ^^^^^^^^"),
    ],
)
def test_a_mistake_points_at_its_line(key: str, line: int, excerpt: str, loaded: Callable[..., object]) -> None:
    """The line and a caret under the key; never what stands after it, which may be a misplaced secret."""
    with pytest.raises(EnvironmentErrors) as caught:
        loaded(LINES, variables={"E": "someone@example.com"})
    told = {each.key: str(each) for each in caught.value.mistakes}
    assert told[key].startswith(f"app.toml:{line}: {key}: ")
    assert told[key].endswith(f"\n{excerpt}")
    assert "hunter2" not in str(caught.value)


def test_a_missing_key_points_at_its_section(loaded: Callable[..., object]) -> None:
    """There is no line of its own to point at."""
    with pytest.raises(EnvironmentErrors, match=r"app\.toml:2: backend\.url: is missing") as caught:
        loaded('title = "App"\n[backend]\nwait = "1m"\n')
    assert str(caught.value).endswith("  2 | [backend]\n    | ^^^^^^^^^")


def test_a_mistake_in_the_syntax_points_at_its_line(tmp_path: Path) -> None:
    """With the first word of the line; what follows may be a secret."""
    (tmp_path / "app.toml").write_text('title = "App"\n[backend]\n  password = hunter2\n', encoding="utf-8")
    with pytest.raises(EnvironmentErrors) as caught:
        load(["app"], directory=tmp_path, variables={})
    first, *excerpt = str(caught.value).splitlines()
    assert "app.toml:3: not TOML: Invalid value" in first
    assert excerpt == ["  3 |   password", "    |   ^^^^^^^^"]
