"""Which names a script defines, where, and which definition a use of a name means."""

from __future__ import annotations

from collections import defaultdict

from msgspec import Struct, field

from smokegate.observation.javascript.tokens import CONDITIONS, NOWHERE, PUNCTUATION, WORD, Tokens

DEEP = 100
"""How many brackets around a name are searched for its definition."""
FAR = 400
"""How many tokens of one level are searched for the parameters of an arrow function."""


class Definition(Struct, frozen=True):
    """One place at which a name gets a value."""

    at: int
    """The name's token."""
    value: int | None
    """The first token of its value; None where it has none that can be read."""
    key: str | None = None
    """The property of the value that it is (`let {apiUrl: n} = …`)."""


class Import(Struct, frozen=True):
    """A name that comes from another module."""

    module: str
    name: str


class Script(Struct, eq=False):
    """One script, and what it defines."""

    url: str
    tokens: Tokens
    definitions: dict[str, list[Definition]] = field(default_factory=lambda: defaultdict(list))
    local: dict[tuple[str, int], list[Definition]] = field(default_factory=lambda: defaultdict(list))
    """The same by the bracket in which they stand: short names are used again thousands of times."""
    properties: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Name of a property → the first tokens of its values, in object literals and assignments."""
    uses: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Name → where it is called; filled when it is first needed."""
    made: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Name of a class → the brackets of each `new` of it; filled when it is first needed."""
    work: int = 0
    """How many tokens were looked at to follow names: what a stranger wrote may make that many."""
    imports: dict[str, Import] = field(default_factory=dict)
    exports: dict[str, str] = field(default_factory=dict)
    """The name outside → the name inside."""
    modules: dict[str, None] = field(default_factory=dict)
    """The modules that it needs before it runs, in order."""
    lazy: dict[str, None] = field(default_factory=dict)
    """The modules that it loads when needed."""

    def define(self, name: str, definition: Definition) -> None:
        """Note a definition."""
        self.definitions[name].append(definition)
        self.local[name, self.tokens.inside[definition.at]].append(definition)

    def visible(self, name: str, at: int) -> Definition | str | None:
        """Return the definition that a use of a name means; "parameter" where a caller decides, None for none."""
        tokens, position = self.tokens, at
        for _ in range(DEEP):
            self.work += 1
            around = tokens.inside[position] if position < len(tokens) else NOWHERE
            if self._is_arrow_parameter(name, position):
                return "parameter"
            here = self.local.get((name, around), ())
            # The last definition before the use holds; a function may use what is defined after it.
            before = [each for each in here if each.at < position]
            known = [each for each in (before[::-1] or here) if each.value is not None]
            if here:
                if known and self._is_nothing(known[0]):
                    return self._set_later(name, known[0], around)
                return known[0] if known else self._assigned(self.definitions[name], around) or here[0]
            if around == NOWHERE:
                return None
            if tokens.word(around) == "{" and self._is_parameter(name, around):
                return "parameter"
            position = around
        return "parameter"

    def _is_nothing(self, definition: Definition) -> bool:
        """Return whether a name begins as null or undefined, to be set when it is first needed."""
        first, tokens = definition.value or 0, self.tokens
        unset = tokens.word(first) in {"null", "undefined"} and tokens.is_punctuation(first + 1, ",", ";")
        return unset and tokens.is_punctuation(definition.at + 1, "=")

    def _set_later(self, name: str, first: Definition, around: int) -> Definition | str:
        """Return what a name is set to that begins as nothing; "parameter" where that is one of several."""
        others = [each for each in self.definitions[name] if each != first]
        if not others:
            return first
        found = self._assigned(others, around)
        # What is put together from what it was before has no value that can be read.
        return "parameter" if found is None or self.tokens.word((found.value or 0) + 1) == "..." else found

    def _assigned(self, found: list[Definition], around: int) -> Definition | None:
        """Return the only value that is assigned further inside to a name declared without one."""
        last = self.tokens.closing(around) if around != NOWHERE else len(self.tokens)
        first = -1 if around == NOWHERE else around
        inner = [each for each in found if each.value is not None and first < each.at < last]
        return inner[0] if len(inner) == 1 else None

    def _is_parameter(self, name: str, brace: int) -> bool:
        """Return whether a name is a parameter of the function whose body begins with this brace."""
        before = brace - 1
        if self.tokens.is_punctuation(before, "=>"):
            before -= 1
        if not self.tokens.is_punctuation(before, ")"):
            return self.tokens.is_punctuation(brace - 1, "=>") and self.tokens.word(before) == name
        opened = self.tokens.pair.get(before, before)
        if self.tokens.word(opened - 1) in CONDITIONS | {"switch"}:
            return False
        return self._names(name, opened, before)

    def _is_arrow_parameter(self, name: str, position: int) -> bool:
        """Return whether a name is a parameter of an arrow function without braces around this position."""
        tokens, index = self.tokens, position - 1
        around = tokens.inside[position] if position < len(tokens) else NOWHERE
        for _ in range(FAR):
            self.work += 1
            if index in {-1, around} or (index in tokens.pair and tokens.pair[index] > index):
                return False
            if tokens.kind(index) == PUNCTUATION:
                if tokens.word(index) in {",", ";"}:
                    return False
                if tokens.is_punctuation(index, "=>"):
                    last = index - 1
                    first = tokens.pair.get(last, last)
                    if self._names(name, first - 1, last + 1):
                        return True
                    index = first
                elif index in tokens.pair:
                    index = tokens.pair[index]
            index -= 1
        return False

    def _names(self, name: str, first: int, last: int) -> bool:
        """Return whether a name is one of the words between two tokens."""
        words = range(first + 1, min(last, first + FAR))
        return any(self.tokens.kind(each) == WORD and self.tokens.word(each) == name for each in words)


class Parameter(Struct, frozen=True):
    """A name that a caller gives its value."""

    name: str
    number: int
    """Which of the arguments it is, or a part of."""
    key: str | None = None
    """The property of the argument that it is (`function f({baseUrl: n})`)."""
    default: int | None = None
    """The first token of its default."""


def parameters(script: Script, opened: int) -> list[Parameter]:
    """Return the parameters between the bracket at a token and its closing one."""
    tokens, found, number = script.tokens, [], 0
    for each in range(opened + 1, min(tokens.closing(opened), opened + 64)):
        around = tokens.inside[each]
        if around == opened and tokens.is_punctuation(each, ","):
            number += 1
        if tokens.kind(each) != WORD:
            continue
        if around == opened and tokens.is_punctuation(each - 1, "(", ","):
            default = each + 2 if tokens.word(each + 1) == "=" else None
            found.append(Parameter(tokens.word(each), number, default=default))
        elif tokens.word(around) == "{" and tokens.inside[around] == opened and _is_bound(tokens, each):
            key = each - 2 if tokens.is_punctuation(each - 1, ":") else each
            found.append(Parameter(tokens.word(each), number, tokens.word(key)))
    return found


def _is_bound(tokens: Tokens, index: int) -> bool:
    """Return whether a word of a pattern is a name that gets a value, not a key or a default."""
    return tokens.is_punctuation(index - 1, "{", ",", ":") and not tokens.is_punctuation(index + 1, ":")
