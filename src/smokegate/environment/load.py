"""Loads environments: files and variables in, frozen values out, every mistake of every file reported at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from smokegate.environment.contradictions import contradictions
from smokegate.environment.errors import EnvironmentErrors, Mistake
from smokegate.environment.messages import Teller
from smokegate.environment.model import Environment, EnvironmentFile
from smokegate.environment.overrides import Override, apply, parse
from smokegate.environment.reading import available, read, shown, text_of, unreadable
from smokegate.environment.render import KEY_VARIABLE
from smokegate.environment.variables import Variables, beside
from smokegate.environment.wording import describe, did_you_mean

__all__ = ["ALL", "EnvironmentErrors", "available", "load"]

ALL = "all"
"""The name that stands for every environment of the directory."""


def load(
    names: Iterable[str],
    *,
    directory: Path,
    variables: Mapping[str, str],
    overrides: Sequence[str] = (),
    replicas: bool = True,
) -> tuple[Environment, ...]:
    """Load the named environments, in the order in which they are named, each once.

    Args:
        names: names of files without their ending, also several with commas between them, also `all`.
        directory: where the files are.
        variables: the environment variables that `{ env = "NAME" }` reads.
        overrides: `KEY=VALUE`, or `NAME:KEY=VALUE` where several environments are named.
        replicas: whether `all` includes environments that are replicas, which the run starts itself.

    Raises:
        EnvironmentErrors: something is wrong with a name, a file or an override; it holds all that is.
    """
    selected, mistakes = _select(names, directory)
    chosen, wrong = parse(overrides, [*selected])
    mistakes.extend(wrong)
    found: list[Environment] = []
    for name, by_name in selected.items():
        try:
            environment = _load(
                directory / f"{name}.toml", variables, [each for each in chosen if each.environment == name]
            )
        except EnvironmentErrors as errors:
            mistakes.extend(errors.mistakes)
        else:
            if by_name or replicas or environment.replica is None:
                found.append(environment)
    if mistakes:
        raise EnvironmentErrors(mistakes)
    return tuple(found)


def _select(names: Iterable[str], directory: Path) -> tuple[dict[str, bool], list[Mistake]]:
    """Return the selected names and whether each was named itself, and what is wrong with the others."""
    known = available(directory)
    there = f"there are: {', '.join(known)}" if known else "there is no NAME.toml in it"
    place = shown(directory)
    selected: dict[str, bool] = {}
    mistakes: list[Mistake] = []
    for name in (part.strip() for text in names for part in text.split(",") if part.strip()):
        if name == ALL:
            selected = {**dict.fromkeys(known, False), **{key: True for key in selected if selected[key]}}
        elif name in known:
            selected[name] = True
        else:
            mistakes.append(Mistake(place, "", _stranger(name, known, there)))
    if not selected and not mistakes:
        mistakes.append(Mistake(place, "", f"no environment is selected; {there}"))
    return selected, mistakes


def _stranger(name: str, known: Sequence[str], there: str) -> str:

    return f"{describe(name)} is no environment ({there}){did_you_mean(name, known)}"


def _load(file: Path, variables: Mapping[str, str], overrides: Sequence[Override]) -> Environment:
    """Load one file.

    Raises:
        EnvironmentErrors: all that is wrong with it.
    """
    written = read(file)
    dropped = "replica" in written and any(override.path == ("backend", "url") for override in overrides)
    table, mistakes = apply(overrides, {key: each for key, each in written.items() if key != "replica" or not dropped})
    context = Variables(variables, file.parent)
    teller = Teller(shown(file), written, table, overrides, partial(text_of, file))
    mistakes.extend(teller.mistake(path, text) for path, text in contradictions(table, dropped=dropped))
    try:
        model = EnvironmentFile.model_validate(_with_key(_with_standing(table, file.stem)), context=context)
    except ValidationError as error:
        mistakes.extend(teller.validation(error))
        raise EnvironmentErrors(mistakes) from None
    ca_file = None if model.ca_file is None else beside(model.ca_file, context)
    if ca_file is not None and (why := unreadable(ca_file)):
        mistakes.append(teller.mistake(("ca_file",), f"expected a PEM file that can be read, found: {ca_file}: {why}"))
    if mistakes:
        raise EnvironmentErrors(mistakes)
    needed = model.sign_in is not None and model.sign_in.needs_standing
    fields = {name: getattr(model, name) for name in EnvironmentFile.model_fields}
    uncovered: tuple[str, ...] = ()
    if model.render and not model.render.key and not model.render.key_required and model.replica is None:
        fields["render"], uncovered = None, ("platform",)
    return Environment.model_construct(
        _fields_set={*model.model_fields_set, "name", "secrets", "missing", "ca_file", "uncovered"},
        **{**fields, "ca_file": None if ca_file is None else str(ca_file)},
        uncovered=uncovered,
        name=file.stem,
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
