"""The smoke tests are the only definition of a check, and stand on the public interface alone."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from tests_support.suite import checks

from smokegate import api
from smokegate.plugin.check import ATTRIBUTE

ROOT = Path(__file__).parents[3]
SUITE = sorted((ROOT / "tests" / "smoke").glob("test_*.py"))
SOURCES = sorted((ROOT / "src").rglob("*.py"))


@pytest.mark.parametrize("file", SUITE, ids=lambda file: file.name)
def test_the_suite_imports_nothing_of_smokegate_but_its_api(file: Path) -> None:
    """What the suite needs, a team's own checks have too."""
    imported = [
        node.module
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("smokegate")
    ]
    assert set(imported) <= {"smokegate.api"}


def test_no_test_is_named_by_a_string_in_the_package() -> None:
    """Neither a test's file nor its function: checks are known by what stands beside them."""
    names = {function.__name__ for function in checks().values()} | {file.name for file in SUITE}
    named = re.compile("|".join(map(re.escape, sorted(names))))
    found = [
        f"{file.name}:{node.lineno}: {node.value}"
        for file in SOURCES
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_name(node.value, named)
    ]
    assert found == []


def _is_name(text: str, named: re.Pattern[str]) -> bool:
    return "\n" not in text and " " not in text and named.search(text) is not None


def test_codes_are_unique_and_prerequisites_exist() -> None:
    """A code names one check, and every prerequisite is a check."""
    marked = [function for file in SUITE for function in ast.parse(file.read_text("utf-8")).body]
    functions = [each for each in marked if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")]
    assert len(functions) == len(checks())
    for function in checks().values():
        assert set(getattr(function, ATTRIBUTE).after) <= checks().keys()


def test_the_api_says_what_it_offers() -> None:
    """Every public name is there, and every check has a sentence that says what must hold."""
    assert all(hasattr(api, name) for name in api.__all__)
    assert api.API_VERSION == 1
    assert all(function.__doc__ for function in checks().values())
