"""Another plugin's option with the name of one of ours: one sentence instead of argparse's traceback."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection
from difflib import get_close_matches
from typing import Any

import pytest


def refusal(name: str, owner: str) -> pytest.UsageError:
    """Return the error that names the option, who else has it, and the command that works beside it."""
    return pytest.UsageError(
        f"smokegate: the option {name} is also defined by {owner}, and pytest can have only one of them. "
        "Take `-p smokegate` out of pytest's options and use `smokegate run NAME`: it works beside any option"
    )


def refuse_ours(parser: pytest.Parser, names: Collection[str], add: Callable[[], None]) -> None:
    """Add our options, unless another plugin has defined one of them before: that is refused."""
    taken = [name for option in _options(parser) for name in option.names() if name in names]
    if taken:
        raise refusal(taken[0], "a plugin that was loaded before")
    try:
        add()
    except (ValueError, argparse.ArgumentError) as wrong:
        raise refusal(min(names), f"another plugin ({wrong})") from None


def refuse_theirs(parser: pytest.Parser, names: Collection[str]) -> None:
    """Let anyone who defines one of our options from now on stop the run with that sentence.

    pytest has no hook for this: some versions fail inside the other plugin, others long after it, when they parse.
    """
    original = parser.getgroup

    def getgroup(*arguments: Any, **named: Any) -> Any:
        group = original(*arguments, **named)
        _guard(group, names)
        return group

    setattr(parser, "getgroup", getgroup)  # noqa: B010 - mypy allows no method to be assigned
    _guard(parser, names)


def refuse_misspelt(parser: pytest.Parser, words: Collection[str], names: Collection[str]) -> None:
    """Refuse an option that no one defines and that looks like one of ours: pytest knows no "did you mean"."""
    defined = {name for option in _options(parser) for name in option.names()}
    for word in words:
        name = word.partition("=")[0]
        if not name.startswith("--") or any(each.startswith(name) for each in defined):
            continue
        near = get_close_matches(name, names, 1, cutoff=0.75)
        if near:
            raise pytest.UsageError(f"{name}: there is no such option; did you mean {near[0]}?")


def _guard(target: Any, names: Collection[str]) -> None:
    add = target.addoption
    if getattr(add, "guarded_by_smokegate", False):
        return

    def addoption(*given: str, **attributes: Any) -> None:
        taken = [name for name in given if name in names]
        if taken:
            raise refusal(taken[0], sys._getframe(1).f_code.co_filename)  # noqa: SLF001 - where the option is defined
        add(*given, **attributes)

    addoption.guarded_by_smokegate = True  # type: ignore[attr-defined]
    target.addoption = addoption


def _options(parser: pytest.Parser) -> list[Any]:
    groups = [getattr(parser, "_anonymous", None), *getattr(parser, "_groups", ())]
    return [option for group in groups for option in getattr(group, "options", ())]
