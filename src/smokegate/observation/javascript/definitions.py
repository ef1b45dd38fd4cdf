"""Indexes a script's definitions, assignments, imports and exports in one pass over its tokens."""

from __future__ import annotations

from smokegate.observation.javascript.scopes import MAX_TOKENS, Definition, Import, Script
from smokegate.observation.javascript.tokens import PUNCTUATION, ROOT, STRING, WORD, Tokens, unescaped

DECLARING = frozenset({"let", "const", "var"})
STATEMENT = DECLARING | {"function", "class", "return", "if", "for", "export", "import", "throw", "while"}


def script_of(url: str, tokens: Tokens) -> Script:
    """Index a script's definitions in one pass."""
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
        if (tokens.is_punctuation(name - 1, "{", "}", ";") or tokens.word(name - 1) == "static") and tokens.parent[
            name
        ] != ROOT:
            script.properties[tokens.word(name)].append(index + 1)  # a field of a class


def _property(script: Script, index: int) -> None:
    tokens, name = script.tokens, index - 1
    if tokens.kind(name) in {WORD, STRING} and tokens.is_punctuation(name - 1, "{", ","):
        script.properties[tokens.key(name)].append(index + 1)


def _declarations(script: Script, index: int) -> None:
    """Add the names that a declaration leaves without a value or destructures."""
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
    """Return the first token of the next declarator, or the end of the script."""
    while index < len(tokens):
        if tokens.is_punctuation(index, ","):
            return index + 1
        if tokens.is_punctuation(index, ";", ")", "]", "}"):
            break
        word = tokens.word(index) if tokens.kind(index) == WORD else ""
        if word in STATEMENT | {"of", "in"} and not _is_key(tokens, index):
            expression = tokens.is_punctuation(index - 1, "=", ",", "(", "=>", ":", "?", "||", "&&", "??")
            if word not in {"function", "class"} or not expression:
                break
        index = tokens.after(index)
    return len(tokens)


def _is_key(tokens: Tokens, index: int) -> bool:
    return tokens.is_punctuation(index - 1, ".", "?.")


def _pattern(script: Script, opened: int, closed: int) -> None:
    tokens, value, around = script.tokens, closed + 2, script.tokens.parent[opened]
    for index in range(opened + 1, min(closed, opened + MAX_TOKENS)):
        if tokens.kind(index) != WORD or tokens.parent[index] != opened or around == opened:
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
    if word == "import" and tokens.is_punctuation(after, "(") and tokens.kind(after + 1) == STRING:
        script.lazy[tokens.string(after + 1)] = None
    elif word == "import" and tokens.kind(after) == STRING:
        script.modules[tokens.string(after)] = None
    elif word == "from" and tokens.kind(after) == STRING:
        _import(script, index, tokens.string(after))
    elif word == "export":
        _export(script, after)


def _import(script: Script, index: int, module: str) -> None:
    """Add the imports of `import {a as b} from "module"`."""
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
        for name, exported in _pairs(tokens, index, tokens.closing(index)):
            script.exports[exported] = name
    elif word in DECLARING:
        script.exports[tokens.word(index + 1)] = tokens.word(index + 1)


def _pairs(tokens: Tokens, opened: int, closed: int) -> list[tuple[str, str]]:
    last = min(closed, opened + 4 * MAX_TOKENS)
    words = [unescaped(tokens.word(each).strip("\"'")) for each in range(opened + 1, last)]
    found, entry = [], []
    for word in [*words, ","]:
        if word != ",":
            entry.append(word)
        elif entry:
            found.append((entry[0], entry[-1]))
            entry = []
    return found
