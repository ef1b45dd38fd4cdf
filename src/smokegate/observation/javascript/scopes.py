"""Which names a script defines, where, and which definition a use of a name means."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from smokegate.observation.javascript.tokens import CONDITIONS, NOWHERE, PUNCTUATION, STRING, WORD, Tokens, unescaped

DECLARING = frozenset({"let", "const", "var"})
STATEMENT = DECLARING | {"function", "class", "return", "if", "for", "export", "import", "throw", "while"}
DEEP = 100
"""How many brackets around a name are searched for its definition."""
FAR = 400
"""How many tokens of one level are searched for the parameters of an arrow function."""


@dataclass(frozen=True)
class Definition:
    """One place at which a name gets a value."""

    at: int
    """The name's token."""
    value: int | None
    """The first token of its value; None where it has none that can be read."""
    key: str | None = None
    """The property of the value that it is (`let {apiUrl: n} = …`)."""


@dataclass(frozen=True)
class Import:
    """A name that comes from another module."""

    module: str
    name: str


@dataclass(eq=False)
class Script:
    """One script, and what it defines."""

    url: str
    tokens: Tokens
    definitions: dict[str, list[Definition]] = field(default_factory=lambda: defaultdict(list))
    local: dict[tuple[str, int], list[Definition]] = field(default_factory=lambda: defaultdict(list))
    """The same by the bracket in which they stand: short names are used again thousands of times."""
    properties: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Name of a property → the first tokens of its values, in object literals and assignments."""
    uses: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Name → where it is called; filled when that is first asked."""
    made: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Name of a class → the brackets of each `new` of it; filled when that is first asked."""
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
                return known[0] if known else self._assigned(self.definitions[name], around) or here[0]
            if around == NOWHERE:
                return None
            if tokens.word(around) == "{" and self._is_parameter(name, around):
                return "parameter"
            position = around
        return "parameter"

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


@dataclass(frozen=True)
class Parameter:
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


def script_of(url: str, tokens: Tokens) -> Script:
    """Index what a script defines, in one pass."""
    script = Script(url, tokens)
    for index in range(len(tokens)):
        kind = tokens.kinds[index]
        if kind == PUNCTUATION:
            start = tokens.starts[index]
            sign = tokens.text[start]
            if (sign == "=" and tokens.ends[index] == start + 1) or (sign == "?" and tokens.word(index) == "??="):
                _assignment(script, index)
            elif sign == ":":
                _property(script, index)
        elif kind == WORD:
            word = tokens.word(index)
            if word in DECLARING:
                _declarations(script, index + 1)
            elif word in {"function", "class"} and tokens.kind(index + 1) == WORD:
                script.define(tokens.word(index + 1), Definition(index + 1, index))
            elif word in {"import", "export", "from"}:
                _module(script, index, word)
    return script


def _assignment(script: Script, index: int) -> None:
    tokens = script.tokens
    name = index - 1
    if tokens.kind(name) != WORD:
        return
    if tokens.is_punctuation(name - 1, ".", "?."):
        script.properties[tokens.word(name)].append(index + 1)
    else:
        script.define(tokens.word(name), Definition(name, index + 1))
        if tokens.is_punctuation(name - 1, "{", "}", ";") and tokens.inside[name] != NOWHERE:
            script.properties[tokens.word(name)].append(index + 1)  # a field of a class


def _property(script: Script, index: int) -> None:
    tokens, name = script.tokens, index - 1
    if tokens.kind(name) in {WORD, STRING} and tokens.is_punctuation(name - 1, "{", ","):
        word = tokens.word(name)
        key = unescaped(word[1:-1]) if tokens.kind(name) == STRING else word
        script.properties[key].append(index + 1)


def _declarations(script: Script, index: int) -> None:
    """Note the names that a declaration brings and gives no value, or a part of one."""
    tokens = script.tokens
    while index < len(tokens):
        if tokens.kind(index) == WORD:
            if not tokens.is_punctuation(index + 1, "="):
                script.define(tokens.word(index), Definition(index, None))
        elif tokens.is_punctuation(index, "{", "["):
            closed = tokens.closing(index)
            if tokens.is_punctuation(closed + 1, "="):
                _pattern(script, index, closed)
            index = closed
        else:
            return
        index = _next_declarator(tokens, index + 1)


def _next_declarator(tokens: Tokens, index: int) -> int:
    """Return the token after the comma that ends a declarator, or the end of the script."""
    while index < len(tokens):
        word = tokens.word(index)
        if tokens.kind(index) == PUNCTUATION:
            if word == ",":
                return index + 1
            if word in {";", ")", "]", "}"}:
                break
            if index in tokens.pair and tokens.pair[index] > index:
                index = tokens.pair[index]
        elif tokens.kind(index) == WORD and word in STATEMENT | {"of", "in"} and not _is_key(tokens, index):
            if word not in {"function", "class"}:
                break
            if not tokens.is_punctuation(index - 1, "=", ",", "(", "=>", ":", "?", "||", "&&", "??"):
                break
        index += 1
    return len(tokens)


def _is_key(tokens: Tokens, index: int) -> bool:
    return tokens.is_punctuation(index - 1, ".", "?.")


def _pattern(script: Script, opened: int, closed: int) -> None:
    tokens, value, around = script.tokens, closed + 2, script.tokens.inside[opened]
    for index in range(opened + 1, min(closed, opened + FAR)):
        if tokens.kind(index) != WORD or tokens.inside[index] != opened or around == opened:
            continue
        if tokens.is_punctuation(index + 1, ":"):
            continue
        key = tokens.word(index - 2) if tokens.is_punctuation(index - 1, ":") else tokens.word(index)
        if tokens.is_punctuation(index - 1, "{", ",", ":"):
            script.define(tokens.word(index), Definition(opened, value, key))


def _module(script: Script, index: int, word: str) -> None:
    tokens, after = script.tokens, index + 1
    if _is_key(tokens, index) or tokens.is_punctuation(after, ":"):
        return
    if word == "import" and tokens.is_punctuation(after, "("):
        target = tokens.word(after + 1)
        if tokens.kind(after + 1) == STRING:
            script.lazy[unescaped(target[1:-1])] = None
        elif target == "`" and tokens.closing(after + 1) == after + 3:
            script.lazy[unescaped(tokens.word(after + 2))] = None
    elif word == "import" and tokens.kind(after) == STRING:
        script.modules[unescaped(tokens.word(after)[1:-1])] = None
    elif word == "from" and tokens.kind(after) == STRING:
        _from(script, index, unescaped(tokens.word(after)[1:-1]))
    elif word == "export":
        _export(script, after)


def _from(script: Script, index: int, module: str) -> None:
    """Note what `import {a as b} from "module"` brings."""
    tokens, last = script.tokens, index - 1
    script.modules[module] = None
    if tokens.is_punctuation(last, "}"):
        for name, local in _pairs(tokens, tokens.pair.get(last, last), last):
            script.imports[local] = Import(module, name)
    elif tokens.kind(last) == WORD:
        star = tokens.word(last - 1) == "as"
        script.imports[tokens.word(last)] = Import(module, "*" if star else "default")


def _export(script: Script, index: int) -> None:
    tokens, word = script.tokens, script.tokens.word(index)
    if word == "{":
        for name, outside in _pairs(tokens, index, tokens.closing(index)):
            script.exports[outside] = name
    elif word in DECLARING:
        script.exports[tokens.word(index + 1)] = tokens.word(index + 1)


def _pairs(tokens: Tokens, opened: int, closed: int) -> list[tuple[str, str]]:
    """Return the pairs of `{a as b, c}`."""
    words = [unescaped(tokens.word(each).strip("\"'")) for each in range(opened + 1, min(closed, opened + 4 * FAR))]
    found, entry = [], []
    for word in [*words, ","]:
        if word != ",":
            entry.append(word)
        elif entry:
            found.append((entry[0], entry[-1]))
            entry = []
    return found
