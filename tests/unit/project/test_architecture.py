"""What pages and modules name of the code is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests_support.running import ROOT

TEXT = (ROOT / "docs" / "architecture.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.py)?)`", TEXT)))


@pytest.mark.parametrize("name", NAMED)
def test_what_the_page_names_is_there(name: str) -> None:
    """Whoever follows the page through the code finds each file, of the package or of the repository."""
    assert (ROOT / "src" / "smokegate" / name).exists() or (ROOT / name).exists()


def test_the_way_of_a_request_and_of_a_failure_is_shown() -> None:
    """A page without paths would hold the test above without saying anything."""
    assert len(NAMED) > 25


def test_the_modules_that_modules_name_are_there() -> None:
    """A module that was renamed is followed in what others say of it; only what starts like a package is looked at."""
    package = ROOT / "src" / "smokegate"
    families = {each.name for each in package.iterdir() if each.is_dir()}
    gone = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in package.rglob("*.py")
        for name in re.findall(r"\bsmokegate((?:\.[a-z_]+)+)", path.read_text("utf-8"))
        if name.split(".")[1] in families and not _is_there(package, name.split(".")[1:])
    }
    assert not gone


def _is_there(package: Path, names: list[str]) -> bool:
    """Whether a module is there, and has the function, class or value that stands behind it."""
    while names and (package / names[0]).is_dir():
        package, names = package / names[0], names[1:]
    if not names:
        return True
    module = package / f"{names[0]}.py"
    text = (module if module.exists() else package / "__init__.py").read_text("utf-8")
    wanted = names[1:] if module.exists() else names
    return not wanted or re.search(rf"\b{wanted[0]}\b", text) is not None
