"""Scopes: which names a script defines, and which definition a use refers to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct, field

from smokegate.observation.javascript.tokens import CONDITIONS, ROOT, WORD, Tokens

MAX_DEPTH = 100
"""Maximum enclosing brackets searched for a definition."""
MAX_TOKENS = 400
"""Maximum tokens of one level searched for an arrow function's parameters."""


class Definition(Struct, frozen=True):
    """One definition of a name."""

    at: int
    """The name's token."""
    value: int | None
    """The first token of its value; None if it has none that can be read."""
    key: str | None = None
    """The property of the value that is destructured (`let {apiUrl: n} = …`)."""


class Import(Struct, frozen=True):
    """A name imported from another module."""

    module: str
    name: str


class Script(Struct, eq=False):
    """One script and its definitions."""

    url: str
    tokens: Tokens
    definitions: dict[str, list[Definition]] = field(default_factory=lambda: defaultdict(list))
    local: dict[tuple[str, int], list[Definition]] = field(default_factory=lambda: defaultdict(list))
    """The same by enclosing bracket: minified names are reused thousands of times."""
    properties: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Property name → the first tokens of its values, in object literals and assignments."""
    work: int = 0
    """Number of tokens read to resolve names; untrusted text can make it large."""
    imports: dict[str, Import] = field(default_factory=dict)
    exports: dict[str, str] = field(default_factory=dict)
    """Exported name → local name."""
    modules: dict[str, None] = field(default_factory=dict)
    """The modules that it imports statically, in order."""
    lazy: dict[str, None] = field(default_factory=dict)
    """The modules that it imports dynamically."""

    def define(self, name: str, definition: Definition) -> None:
        """Add a definition."""
        self.definitions[name].append(definition)
        self.local[name, self.tokens.parent[definition.at]].append(definition)

    def visible(self, name: str, at: int) -> Definition | str | None:
        """Return the definition that a use refers to; "parameter" if a caller decides, None if there is none."""
        tokens, position = self.tokens, at
        for _ in range(MAX_DEPTH):
            self.work += 1
            around = tokens.parent[position] if position < len(tokens) else ROOT
            if self._is_arrow_parameter(name, position):
                return "parameter"
            here = self.local.get((name, around), ())
            # The last definition before the use applies; a function may also use later ones.
            before = [each for each in here if each.at < position]
            known = [each for each in (before[::-1] or here) if each.value is not None]
            if here:
                if known and self._starts_unset(known[0]):
                    return self._set_later(name, known[0], around)
                return known[0] if known else self._assigned(self.definitions[name], around) or here[0]
            if around == ROOT:
                return None
            if tokens.word(around) == "{" and self._is_parameter(name, around):
                return "parameter"
            position = around
        return "parameter"

    def _starts_unset(self, definition: Definition) -> bool:
        """Return whether a name is initialised with null or undefined, to be set later."""
        first, tokens = definition.value or 0, self.tokens
        unset = tokens.word(first) in {"null", "undefined"} and tokens.is_punctuation(first + 1, ",", ";")
        return unset and tokens.is_punctuation(definition.at + 1, "=")

    def _set_later(self, name: str, first: Definition, around: int) -> Definition | str:
        """Return the later definition of a name that starts unset; "parameter" if there are several."""
        others = [each for each in self.definitions[name] if each != first]
        if not others:
            return first
        found = self._assigned(others, around)
        # A value built from its own previous value cannot be read.
        return "parameter" if found is None or self.tokens.word((found.value or 0) + 1) == "..." else found

    def _assigned(self, found: list[Definition], around: int) -> Definition | None:
        """Return the only nested assignment to a name declared without a value."""
        last = self.tokens.closing(around) if around != ROOT else len(self.tokens)
        first = -1 if around == ROOT else around
        inner = [each for each in found if each.value is not None and first < each.at < last]
        return inner[0] if len(inner) == 1 else None

    def _is_parameter(self, name: str, brace: int) -> bool:
        """Return whether a name is a parameter of the function whose body begins at this brace."""
        before = brace - 1
        if self.tokens.is_punctuation(before, "=>"):
            before -= 1
        if not self.tokens.is_punctuation(before, ")"):
            return self.tokens.is_punctuation(brace - 1, "=>") and self.tokens.word(before) == name
        opened = self.tokens.pair.get(before, before)
        return self.tokens.word(opened - 1) not in CONDITIONS | {"switch"} and self._names(name, opened, before)

    def _is_arrow_parameter(self, name: str, position: int) -> bool:
        """Return whether a name is a parameter of an arrow function without braces around this position."""
        arrows = (each for each in self.preceding(position) if self.tokens.is_punctuation(each, "=>"))
        return any(self._names(name, self.tokens.before(each - 1), each) for each in arrows)

    def preceding(self, position: int) -> Iterator[int]:
        """Yield the preceding tokens, back to the start of the expression or statement."""
        tokens, index = self.tokens, position - 1
        around = tokens.parent[position] if position < len(tokens) else ROOT
        for _ in range(MAX_TOKENS):
            self.work += 1
            if index < 0 or index == around or tokens.is_punctuation(index, ",", ";"):
                return
            yield index
            index = tokens.before(index)

    def _names(self, name: str, first: int, last: int) -> bool:
        """Return whether a name is among the words between two tokens."""
        words = range(first + 1, min(last, first + MAX_TOKENS))
        return any(self.tokens.kind(each) == WORD and self.tokens.word(each) == name for each in words)


class Parameter(Struct, frozen=True):
    """A function parameter."""

    name: str
    number: int
    """The position of the argument that it is, or is destructured from."""
    key: str | None = None
    """The destructured property of the argument (`function f({baseUrl: n})`)."""
    default: int | None = None
    """The first token of its default value."""


def parameters(script: Script, opened: int) -> list[Parameter]:
    """Return the parameters in the bracket that opens at a token, or an arrow function's only one without brackets."""
    tokens, found, number = script.tokens, [], 0
    if tokens.word(opened) != "(":
        return [Parameter(tokens.word(opened), 0)]
    for each in range(opened + 1, min(tokens.closing(opened), opened + 64)):
        around = tokens.parent[each]
        if around == opened and tokens.is_punctuation(each, ","):
            number += 1
        if tokens.kind(each) != WORD:
            continue
        if around == opened and tokens.is_punctuation(each - 1, "(", ","):
            default = each + 2 if tokens.word(each + 1) == "=" else None
            found.append(Parameter(tokens.word(each), number, default=default))
        elif tokens.word(around) == "{" and tokens.parent[around] == opened and _is_bound(tokens, each):
            key = each - 2 if tokens.is_punctuation(each - 1, ":") else each
            found.append(Parameter(tokens.word(each), number, tokens.word(key)))
    return found


def _is_bound(tokens: Tokens, index: int) -> bool:
    """Return whether a word of a destructuring pattern is bound, not a key or a default value."""
    return tokens.is_punctuation(index - 1, "{", ",", ":") and not tokens.is_punctuation(index + 1, ":")
