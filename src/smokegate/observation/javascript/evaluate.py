"""Constant folding: what an expression of a script is known to be, without running it.

One pass over the expression's tokens; names are followed to their definitions, in other modules too. What depends
on anything that only a running page knows is `Unknown`, or a text with a hole.
"""

from __future__ import annotations

from collections.abc import Mapping

from smokegate.observation.javascript import members
from smokegate.observation.javascript.classes import constructed
from smokegate.observation.javascript.scopes import FAR, Definition, Script
from smokegate.observation.javascript.tokens import PIECE, PUNCTUATION, REGEX, STRING, WORD, unescaped
from smokegate.observation.javascript.unset import given
from smokegate.observation.javascript.values import (
    HOLE,
    UNDEFINED,
    UNKNOWN,
    Choice,
    Literal,
    Undefined,
    Unknown,
    Value,
    choice,
    joined,
    options_of,
    text_of,
    truth,
)
from smokegate.observation.javascript.world import GLOBALS, World

DEEPEST = 14
POWER = {"=": 1, "??=": 1, "||=": 1, "?": 2, "??": 3, "||": 3, "&&": 4}
POWER |= dict.fromkeys(("==", "!=", "===", "!=="), 7) | dict.fromkeys(("<", ">", "<=", ">=", "in", "instanceof"), 8)
POWER |= {"+": 10, "|": 5, "^": 5, "&": 5, "-": 10} | dict.fromkeys(("*", "/", "%", "**", "<<", ">>", ">>>"), 11)
WORDS: dict[str, Value] = {"true": True, "false": False, "null": Undefined(word="null"), "undefined": UNDEFINED}
Bound = Mapping[str, Value]


class Evaluator:
    """Folds expressions of a page's scripts.

    Args:
        world: the page.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.by_name: dict[str, Value | None] = {}
        """The only address that any script gives a property of a name, as far as it was looked for."""
        self.given: dict[tuple[Script, int, str], Value | None] = {}
        """What every caller gives a parameter, where that is nothing."""
        self._known: dict[tuple[Script, int], Value] = {}
        self._open: set[tuple[Script, int]] = set()

    def value(self, script: Script, at: int, bound: Bound | None = None) -> Value:
        """Return what the expression is that begins at a token and ends at the next comma or bracket."""
        key = (script, at)
        if bound is None and key in self._known:
            return self._known[key]
        if key in self._open or len(self._open) >= DEEPEST or self.world.exhausted:
            return UNKNOWN
        self._open.add(key)
        try:
            found, _ = Reading(self, script, bound or {}).expression(at, 1, 0)
        finally:
            self._open.discard(key)
        if bound is None:
            self._known[key] = found
        return found

    def name(self, script: Script, name: str, at: int, bound: Bound) -> Value:
        """Return what a name means where it stands."""
        before = script.work
        found = script.visible(name, at)
        self.world.steps += script.work - before
        if found == "parameter":
            return bound[name] if name in bound else self._parameter(script, name, at)
        if isinstance(found, Definition):
            return self._defined(script, found)
        if name in script.imports:
            return self._imported(script, name)
        if name in WORDS:
            return WORDS[name]
        if name not in GLOBALS:
            shared = [self.value(*each) for each in self.world.shared(name)]
            if shared:
                return choice(*shared)
        return Unknown((name,))

    def arguments(self, script: Script, opened: int) -> list[Value]:
        """Return what is passed between the bracket at a token and its closing one."""
        return Reading(self, script, {}).arguments(opened, 0)[0]

    def _parameter(self, script: Script, name: str, at: int) -> Value:
        found = constructed(self, script, name, at)
        found = given(self, script, name, at) if found is None else found
        return UNKNOWN if found is None else found

    def _defined(self, script: Script, definition: Definition) -> Value:
        if definition.value is None:
            return UNKNOWN
        found = self.value(script, definition.value)
        return found if definition.key is None else members.member(self, found, definition.key)

    def _imported(self, script: Script, name: str) -> Value:
        wanted = script.imports[name]
        module = self.world.module(script, wanted.module)
        inside = module.exports.get(wanted.name) if module else None
        if module is None or inside is None:
            return Unknown((name,))
        for definition in module.local.get((inside, 0xFFFFFFFF), ()):
            if definition.value is not None:
                return self._defined(module, definition)
        return Unknown((name,))


class Reading:
    """Reads one expression.

    Args:
        evaluator: follows names.
        script: where it stands.
        bound: what the parameters around it are.
    """

    def __init__(self, evaluator: Evaluator, script: Script, bound: Bound) -> None:
        self._evaluator = evaluator
        self._script = script
        self._tokens = script.tokens
        self._bound = bound

    def expression(self, index: int, power: int, depth: int) -> tuple[Value, int]:
        """Return a value and the token after it; operators that bind less than `power` are left alone."""
        self._evaluator.world.steps += 1
        if depth > DEEPEST or self._evaluator.world.exhausted:
            return UNKNOWN, self._skip(index)
        value, index = self._postfix(*self._primary(index, depth), depth)
        while True:
            sign = self._tokens.word(index) if self._tokens.kind(index) in {PUNCTUATION, WORD} else ""
            strength = POWER.get(sign, 0)
            if strength < power or not strength:
                return value, index
            value, index = self._operator(value, sign, strength, index + 1, depth)

    def _operator(self, left: Value, sign: str, power: int, index: int, depth: int) -> tuple[Value, int]:
        if sign == "?":
            yes, index = self.expression(index, 1, depth + 1)
            no, index = self.expression(index + 1, 1, depth + 1)
            held = truth(left)
            return (choice(yes, no) if held is None else yes if held else no), index
        right, index = self.expression(index, power if power == 1 else power + 1, depth + 1)
        if sign == "=":
            return right, index
        if sign == "+":
            return self._plus(left, right), index
        if sign in {"||", "||="}:
            return choice(*(_either(each, right) for each in options_of(left))), index
        if sign in {"??", "??="}:
            return choice(*(_default(each, right) for each in options_of(left))), index
        if sign == "&&":
            held = truth(left)
            return (choice(left, right) if held is None else right if held else left), index
        if sign in {"==", "===", "!=", "!=="}:
            return _equal(left, right, negated=sign[0] == "!"), index
        return UNKNOWN, index

    def _plus(self, left: Value, right: Value) -> Value:
        if isinstance(left, float) and isinstance(right, float):
            return left + right
        if isinstance(left, Unknown) and isinstance(right, Unknown):
            return UNKNOWN
        return joined(left, right)

    def _primary(self, index: int, depth: int) -> tuple[Value, int]:
        tokens = self._tokens
        kind, word = tokens.kind(index), tokens.word(index)
        if kind == STRING:
            return unescaped(word[1:-1]), index + 1
        if kind == WORD:
            return self._word(word, index, depth)
        if kind == REGEX:
            return Unknown(("regex", word)), index + 1
        if word == "`":
            return self._template(index, depth)
        if word == "(":
            return self._group(index, depth)
        if word in {"[", "{"}:
            return Literal(self._script, index), tokens.closing(index) + 1
        if word in {"!", "-", "+", "~", "++", "--", "..."}:
            value, index = (
                self._postfix(*self._primary(index + 1, depth + 1), depth)
                if depth < DEEPEST
                else (
                    UNKNOWN,
                    self._skip(index + 1),
                )
            )
            held = truth(value)
            return (not held if word == "!" and held is not None else UNKNOWN), index
        return UNKNOWN, index

    def _word(self, word: str, index: int, depth: int) -> tuple[Value, int]:
        if word[0].isdigit():
            return (float(word) if word.isdecimal() and len(word) < 16 else UNKNOWN), index + 1
        if word in {"void", "typeof", "await", "new", "yield", "delete"}:
            return self._prefixed(word, index + 1, depth)
        if word in {"function", "class"} or (word == "async" and self._tokens.word(index + 1) == "function"):
            return Literal(self._script, index), self._after_function(index)
        if word == "async" and (self._tokens.word(index + 1) == "(" or self._tokens.is_punctuation(index + 2, "=>")):
            return self._primary(index + 1, depth + 1)
        if self._tokens.is_punctuation(index + 1, "=>"):
            return Literal(self._script, index), self._after_arrow(index + 2)
        if word == "import" and self._tokens.word(index + 1) == ".":
            return Unknown(("import",)), index + 1
        return self._evaluator.name(self._script, word, index, self._bound), index + 1

    def _prefixed(self, word: str, index: int, depth: int) -> tuple[Value, int]:
        if depth >= DEEPEST:
            return UNKNOWN, self._skip(index)
        if word == "new":
            return self._new(index, depth)
        value, index = self._postfix(*self._primary(index, depth + 1), depth)
        if word == "void":
            return UNDEFINED, index
        if word == "typeof":
            return self._type(value), index
        return (value if word == "await" else UNKNOWN), index

    def _type(self, value: Value) -> Value:
        if isinstance(value, Undefined):
            return value.word if value.word == "undefined" else "object"
        if isinstance(value, Unknown) and len(value.path) == 1:
            return "object" if value.path[0] in GLOBALS | {"document", "location"} else UNKNOWN
        return "string" if isinstance(value, str) and HOLE not in value else UNKNOWN

    def _new(self, index: int, depth: int) -> tuple[Value, int]:
        """Read `new NAME(…)`; of all objects, only URLs and maps are known."""
        tokens, name = self._tokens, self._tokens.word(index)
        while tokens.kind(index) == WORD and tokens.is_punctuation(index + 1, "."):
            index += 2
            name = tokens.word(index)
        index = tokens.closing(index) if tokens.word(index) in {"(", "{"} else index
        if not tokens.is_punctuation(index + 1, "("):
            return UNKNOWN, index + 1
        values, after = self.arguments(index + 1, depth)
        if name == "Map":
            return (values[0] if values else UNKNOWN), after
        return (members.url(values) if name == "URL" else UNKNOWN), after

    def _template(self, index: int, depth: int) -> tuple[Value, int]:
        tokens, end = self._tokens, self._tokens.closing(index)
        value: Value = ""
        index += 1
        while index < end:
            if tokens.kind(index) == PIECE:
                value = joined(value, unescaped(tokens.word(index)))
                index += 1
            else:
                part, _ = self.expression(index + 1, 1, depth + 1)
                value = joined(value, part)
                index = tokens.closing(index) + 1
        return value, end + 1

    def _group(self, index: int, depth: int) -> tuple[Value, int]:
        tokens, end = self._tokens, self._tokens.closing(index)
        if tokens.is_punctuation(end + 1, "=>"):
            return Literal(self._script, index), self._after_arrow(end + 2)
        values, _ = self.arguments(index, depth)
        return (values[-1] if values else UNKNOWN), end + 1

    def arguments(self, index: int, depth: int) -> tuple[list[Value], int]:
        """Return the values between brackets, and the token after the closing one."""
        end = self._tokens.closing(index)
        values: list[Value] = []
        index += 1
        while index < end and len(values) < 32:
            value, after = self.expression(index, 1, depth + 1)
            values.append(value)
            index = after if self._tokens.is_punctuation(after, ",") else self._skip(after)
            index += 1
        return values, end + 1

    def _postfix(self, value: Value, index: int, depth: int) -> tuple[Value, int]:
        tokens = self._tokens
        receiver: tuple[Value, str] | None = None
        while tokens.kind(index) == PUNCTUATION:
            word = tokens.word(index)
            if word in {".", "?."} and tokens.kind(index + 1) == WORD:
                receiver = (value, tokens.word(index + 1))
                value = members.member(self._evaluator, value, receiver[1], (self._script, index))
                index += 2
            elif word == "(" or (word == "?." and tokens.word(index + 1) == "("):
                values, after = self.arguments(index + (word == "?."), depth)
                value, index = members.call(self._evaluator, value, receiver, values), after
                receiver = None
            elif word == "[" or (word == "?." and tokens.word(index + 1) == "["):
                inner, _ = self.expression(index + 1 + (word == "?."), 1, depth + 1)
                index = tokens.closing(index + (word == "?.")) + 1
                value = members.member(self._evaluator, value, text_of(inner), (self._script, index))
                receiver = None
            elif word == "`":
                value, index = UNKNOWN, tokens.closing(index) + 1
            elif word in {"++", "--"}:
                value, index = UNKNOWN, index + 1
            else:
                break
        return value, index

    def _after_function(self, index: int) -> int:
        """Return the token after a function or a class."""
        tokens = self._tokens
        while index < len(tokens) and tokens.word(index) != "{":
            index = tokens.closing(index) + 1 if tokens.word(index) in {"(", "["} else index + 1
        return tokens.closing(index) + 1

    def _after_arrow(self, index: int) -> int:
        if self._tokens.word(index) == "{":
            return self._tokens.closing(index) + 1
        return self._skip(index)

    def _skip(self, index: int) -> int:
        """Return the end of an expression that is not read: the next comma or closing bracket."""
        tokens, first = self._tokens, index
        while index < len(tokens):
            if index - first > FAR:
                # Text that never ends: what follows it cannot be read, and is not looked through repeatedly.
                self._evaluator.world.steps += FAR
                return len(tokens)
            if tokens.kind(index) == PUNCTUATION:
                if tokens.word(index) in {",", ";", ")", "]", "}"}:
                    break
                if tokens.pair.get(index, -1) > index:
                    index = tokens.pair[index]
            index += 1
        self._evaluator.world.steps += index - first
        return index


def _either(left: Value, right: Value) -> Value:
    held = truth(left)
    return choice(left, right) if held is None else left if held else right


def _default(left: Value, right: Value) -> Value:
    if isinstance(left, Undefined):
        return right
    return choice(left, right) if isinstance(left, Unknown) else left


def _equal(left: Value, right: Value, *, negated: bool) -> Value:
    if any(
        isinstance(each, Unknown | Choice | Literal) or (isinstance(each, str) and HOLE in each)
        for each in (left, right)
    ):
        return UNKNOWN
    return (left == right) is not negated
