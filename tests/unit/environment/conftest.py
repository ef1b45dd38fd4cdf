"""What the tests of environment files have in common: a directory, and a way to load them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest

from smokegate.environment.errors import EnvironmentErrors, printable
from smokegate.environment.load import load
from smokegate.environment.model import Environment

Loader: TypeAlias = Callable[..., Environment]
Mistakes: TypeAlias = Callable[..., list[str]]


def plain(errors: EnvironmentErrors) -> list[str]:
    """Return a line for each mistake, without its place in the file."""
    return [printable(": ".join(filter(None, (each.place, each.key, each.text)))) for each in errors.mistakes]


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loader:
    """Load one file of this text, called `app`."""
    monkeypatch.chdir(tmp_path)

    def one(
        text: str | bytes, *, variables: Mapping[str, str] | None = None, overrides: Sequence[str] = ()
    ) -> Environment:
        (tmp_path / "app.toml").write_bytes(text.encode() if isinstance(text, str) else text)
        found, *_ = load(["app"], directory=tmp_path, variables=variables or {}, overrides=overrides)
        return found

    return one


@pytest.fixture
def mistakes(loaded: Loader) -> Mistakes:
    """Load one file of this text and return the lines that say what is wrong with it."""

    def lines(text: str | bytes, **given: object) -> list[str]:
        with pytest.raises(EnvironmentErrors) as caught:
            loaded(text, **given)
        return plain(caught.value)

    return lines
