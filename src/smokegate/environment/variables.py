"""References to environment variables in a file: `{ env = "NAME" }`."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from smokegate.environment.errors import InvalidValueError, MissingVariableError
from smokegate.environment.wording import describe, did_you_mean, nearest

REFERENCE = '{ env = "NAME" }'
EXPECTED = {
    "address": f'an address such as "https://app.example.com", or {REFERENCE}',
    "header": f"a string, or {REFERENCE}",
    "text": f"a string, or {REFERENCE}",
    "secret": f"{REFERENCE}: a secret is never written down",
}
"""What a key holds that takes a reference, by the kind of value that it stands for."""
ALSO = {"address": ("default",), "header": ("prefix",), "text": (), "secret": ()}
"""What a reference may hold besides `env`."""
SHORTEST = 6
"""Characters of a secret: a shorter value stands in too many innocent words to be found and taken out."""
LONG_ENOUGH = f"a secret of at least {SHORTEST} characters: a shorter one cannot be kept out of the reports"
SCHEMES = re.compile(r"(?:basic|bearer|token)\s+(\S.*)", re.IGNORECASE)


class Hidden(str):
    """A text whose `repr` does not show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'[redacted]'"


class Variables(Struct):
    """The variables that one file may read, and the secrets that it did read."""

    values: Mapping[str, str]
    directory: Path = Path()
    """Where the paths of the file start."""
    secrets: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)
    """Names of variables that are not set and that the file can do without."""

    def __repr__(self) -> str:
        return f"Variables(directory={str(self.directory)!r})"  # no value: any of them may be a secret


def beside(path: str, variables: Variables | None) -> Path:
    """Return a path of the file, which starts at the directory that the file is in."""
    return (variables.directory if variables is not None else Path()) / Path(path).expanduser()


def resolve(value: object, variables: Variables | None, kind: str) -> str:
    """Return the text itself, or the text of the variable that it refers to, or the default."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        raise InvalidValueError(EXPECTED[kind])
    strange = sorted(value.keys() - {"env", *ALSO[kind]})
    if strange or "env" not in value:
        wanted = " and ".join(("env", *ALSO[kind]))
        found = f'"{strange[0]}"{did_you_mean(strange[0], ("env", *ALSO[kind]))}' if strange else "no env"
        raise InvalidValueError(f"a reference {REFERENCE} with no key but {wanted}", found=found)
    for key, text in value.items():
        if not isinstance(text, str):
            raise InvalidValueError("a string", found=f"{key} = {describe(text)}")
    name = value["env"]
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise InvalidValueError("the name of an environment variable", found="a text that can be none")
    known = variables.values if variables is not None else {}
    text = known.get(name) or value.get("default", "")
    if not text:
        near = nearest(name, known, 0.85) if name not in known else None
        found = "it empty" if name in known else f"it unset{f'; did you mean {near}?' if near else ''}"
        raise MissingVariableError(name, found)
    return f"{value.get('prefix', '')}{text}"


def length_of(secret: str) -> int:
    """Return the characters of a secret without white space: where a terminal wraps a line, that is lost."""
    return len("".join(secret.split()))


def refuse_short(text: str, variable: str) -> None:
    """Refuse a secret that is too short to be found in a report."""
    if (length := length_of(text)) < SHORTEST:
        raise InvalidValueError(LONG_ENOUGH, found=f"{length} in the variable {variable}")


def secret(value: object, given: Variables | None) -> str:
    """Resolve a secret and remember its value for redaction; in a file only a reference is a secret."""
    if given is None:
        return resolve(value, None, "secret")
    if not isinstance(value, dict):
        raise InvalidValueError(EXPECTED["secret"], found="a literal value")
    text = resolve(value, given, "secret")
    refuse_short(text, value["env"])
    given.secrets.add(text)
    return Hidden(text)


def user_name(value: object, given: Variables | None) -> str:
    """Resolve the name of an account, which is not a secret but may stand in no file, as its password may not."""
    if given is not None and not isinstance(value, dict):
        raise InvalidValueError(EXPECTED["secret"], found="a literal value")
    return resolve(value, given, "secret")


def remember_header(value: object, text: str, variables: Variables) -> None:
    """Remember the secret of a header that came from a variable: all of it, and what follows its scheme."""
    if not isinstance(value, dict):
        return
    bare = text.removeprefix(value.get("prefix", ""))
    scheme = SCHEMES.fullmatch(bare)
    values = {bare, scheme[1].strip()} if scheme else {bare}
    values |= {part for each in values for part in _basic(each)}
    variables.secrets.update(each for each in values if length_of(each) >= SHORTEST)


def _basic(text: str) -> set[str]:
    """Return the pair that Basic credentials encode, and its password; the user's name is not a secret."""
    try:
        pair = base64.b64decode(text, validate=True).decode()
    except ValueError:
        return set()
    name, colon, password = pair.partition(":")
    return {pair, password} if colon and name.isprintable() and password.isprintable() else set()
