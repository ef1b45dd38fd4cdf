"""Loads environments: files and variables in, frozen values out, every mistake of every file reported at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import asdict

from smokegate.environment.contradictions import contradictions
from smokegate.environment.errors import EnvironmentErrors, Mistake
from smokegate.environment.messages import MistakeReporter
from smokegate.environment.model import Environment, EnvironmentFile
from smokegate.environment.overrides import Override, apply, parse
from smokegate.environment.reading import (
    available,
    environments_in,
    one_of,
    placed,
    read,
    shown,
    unreadable,
    wrong_names,
)
from smokegate.environment.render import KEY_VARIABLE
from smokegate.environment.section import SectionError
from smokegate.environment.variables import Variables, beside
from smokegate.environment.wording import describe, did_you_mean

__all__ = ["ALL", "EnvironmentErrors", "available", "load", "load_one", "names"]

ALL = "all"
"""The name that stands for every environment of the directory."""


def load(
    names: Iterable[str],
    *,
    directory: Path,
    variables: Mapping[str, str],
    overrides: Sequence[str] = (),
) -> tuple[Environment, ...]:
    """Load the named environments, in the order in which they are named, each once.

    Args:
        names: names of files without their ending, also several with commas between them, also `all`.
        directory: where the files are.
        variables: the environment variables that `{ env = "NAME" }` reads.
        overrides: `KEY=VALUE`, or `NAME:KEY=VALUE` where several environments are named.

    Raises:
        EnvironmentErrors: something is wrong with a name, a file or an override; it holds all that is.
    """
    selected, mistakes = _select(names, directory)
    chosen, wrong = parse(overrides, [*selected])
    mistakes.extend(wrong)
    found: list[Environment] = []
    for name, file in selected.items():
        try:
            found.append(_load(file, name, variables, [each for each in chosen if each.environment == name]))
        except EnvironmentErrors as errors:
            mistakes.extend(errors.mistakes)
    if mistakes:
        raise EnvironmentErrors(mistakes)
    return tuple(found)


def load_one(name: str, *, directory: Path, variables: Mapping[str, str], overrides: Sequence[str] = ()) -> Environment:
    """Load the environment of this name.

    Raises:
        EnvironmentErrors: something is wrong with it, or the name stands for several.
    """
    found = load([name], directory=directory, variables=variables, overrides=overrides)
    if len(found) > 1:
        names = ", ".join(each.name for each in found)
        text = f"expected one environment, found several backends: name one of {names}"
        raise EnvironmentErrors([Mistake(shown(directory / f"{name}.toml"), "", text)])
    return found[0]


def names(directory: Path) -> tuple[str, ...]:
    """Return the names of the environments in a directory, several for a file with several backends.

    Raises:
        EnvironmentErrors: there is no such directory, or it cannot be read.
    """
    return tuple(each for stem in available(directory) for each in environments_in(directory / f"{stem}.toml"))


def _select(names: Iterable[str], directory: Path) -> tuple[dict[str, Path], list[Mistake]]:
    """Return the file of each selected name, and what is wrong with the others."""
    known = available(directory)
    there = f"there are: {', '.join(known)}" if known else "there is no NAME.toml in it"
    place = shown(directory)
    selected: dict[str, Path] = {}
    mistakes: list[Mistake] = []
    for name in (part.strip() for text in names for part in text.split(",") if part.strip()):
        file = directory / f"{_owner(name, known, directory)}.toml"
        if name == ALL:
            files = (directory / f"{each}.toml" for each in known)
            selected = {**{one: at for at in files for one in environments_in(at)}, **selected}
        elif name in known:
            selected.update(dict.fromkeys(environments_in(file), file))
        elif file.stem in known:
            selected[name] = file
        else:
            text = f"{describe(name)} is not an environment ({there}){did_you_mean(name, known)}"
            mistakes.append(Mistake(place, "", text))
    if not selected and not mistakes:
        mistakes.append(Mistake(place, "", f"no environment is selected; {there}"))
    return selected, mistakes


def _owner(name: str, known: Sequence[str], directory: Path) -> str:
    """Return the name of the file that an environment is in."""
    if name in known:
        return name
    stems = (each for each in known if name.startswith(f"{each}-"))
    return next((each for each in stems if name in environments_in(directory / f"{each}.toml")), name)


def _load(file: Path, name: str, variables: Mapping[str, str], overrides: Sequence[Override]) -> Environment:
    """Load one environment of a file, or raise all that is wrong with it."""
    whole = read(file)
    written, index = one_of(whole, file.stem, name)
    dropped = "replica" in written and any(override.path == ("backend", "url") for override in overrides)
    table, mistakes = apply(overrides, {key: each for key, each in written.items() if key != "replica" or not dropped})
    context = Variables(variables, file.parent)
    reporter = MistakeReporter(file, written, table, overrides, lambda path: placed(path, whole, index))
    mistakes.extend(reporter.mistake(path, text) for path, text in wrong_names(whole))
    if name != file.stem and (file.parent / f"{name}.toml").exists():
        mistakes.append(Mistake(shown(file), "backend", f"{name} is also a file of its own; expected another name"))
    mistakes.extend(reporter.mistake(path, text) for path, text in contradictions(table, dropped=dropped))
    try:
        model = EnvironmentFile.read(_with_key(_with_standing(table, name)), context)
    except SectionError as error:
        mistakes.extend(map(reporter.problem, error.problems))
        raise EnvironmentErrors(mistakes) from None
    ca_file = None if model.ca_file is None else beside(model.ca_file, context)
    if ca_file is not None and (why := unreadable(ca_file)):
        mistakes.append(
            reporter.mistake(("ca_file",), f"expected a PEM file that can be read, found: {ca_file}: {why}")
        )
    if mistakes:
        raise EnvironmentErrors(mistakes)
    needed = model.sign_in is not None and model.sign_in.needs_standing
    fields = asdict(model)
    uncovered: tuple[str, ...] = ()
    if model.render and not model.render.key and not model.render.key_required and model.replica is None:
        fields["render"], uncovered = None, ("platform",)
    return Environment(
        **{**fields, "ca_file": None if ca_file is None else str(ca_file)},
        uncovered=uncovered,
        name=name,
        file=file.name,
        secrets=frozenset(context.secrets),
        missing=tuple(dict.fromkeys(context.missing)) if needed else (),
    )


def _with_standing(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Say which variables hold the standing account where one is needed and the file does not name them."""
    sign_in = table.get("sign_in")
    if not isinstance(sign_in, dict) or "standing" in sign_in:
        return dict(table)
    register = sign_in.get("register")
    elsewhere = isinstance(register, dict) and register.get("confirmed") == "elsewhere"
    if sign_in.get("creates_accounts") is True and sign_in.get("keep") is not True and not elsewhere:
        return dict(table)
    prefix = "SMOKE_" + re.sub(r"[^A-Z0-9]", "_", name.upper())
    standing = {key: {"env": f"{prefix}_{key.upper()}"} for key in ("email", "password")}
    return {**table, "sign_in": {**sign_in, "standing": standing}}


def _with_key(table: dict[str, Any]) -> dict[str, Any]:
    """Say which variable holds the key to the platform's API where the file does not name one."""
    render = table.get("render")
    if not isinstance(render, dict) or "key" in render:
        return table
    return {**table, "render": {**render, "key": {"env": KEY_VARIABLE}}}
