"""Takes secrets out of texts by their value, in every encoding, in time proportional to the text.

The search is one pass for all secrets: the first four bytes of every form are kept in a set, and a text is
read through it at the speed of the interpreter's own loops. Only where one of them occurs is a form looked for.
"""

from __future__ import annotations

import re
import sys
import threading
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from smokegate.observation.evidence.forms import SHORTEST, forms
from smokegate.observation.evidence.views import Views

MARK = "[redacted]"
#: Headers whose whole value is a credential. The authentication scheme in front of it is kept.
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
#: The password in an address such as `postgresql://user:password@db`, or the token that stands in a user's
#: place: drivers, servers and CI systems print those, and they are in no environment file.
IN_ADDRESS = re.compile(
    r"""://(?:[^/\s:@"'\\]{0,256}:([^@/\s"'\\]{1,512})|(?=[^\d@]{0,128}\d)([^/\s:@"'\\]{16,512}))@"""
)
#: A credential in the text of a header field.
IN_HEADER = re.compile(
    r"""(?i:\b(?:authorization["']?:\s?["']?(?:(?:basic|bearer|token|digest)\s)?|cookie["']?:\s?["']?[^\s;=]{1,128}=))"""
    r"""([^\s;,"'`]{6,4096})"""
)
GRAM = 4
CUT = 8
"""Characters of a secret that are enough to know it by, where the text was cut inside it."""
CUT_MARKS = ("…", "...", '",', '"}', '"]')
"""What stands where a text may have been cut: an ellipsis, or the end of a string in JSON."""
QUOTES = "\"'`"


class Redactor:
    """Knows secret values and replaces every form of them. Thread-safe; its `repr` shows none.

    Args:
        values: the secrets known from the start; values of fewer than six characters are ignored.
        sink: learns the same, so that what this one knows leaves by no other way.
    """

    def __init__(self, values: Iterable[str] = (), sink: Redactor | None = None) -> None:
        self._sink = sink
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._new: set[str] = set()
        self._plain: set[str] = set()
        self._by_gram: dict[int, frozenset[str]] = {}
        self._grams: frozenset[int] = frozenset()
        self._spaceless = False
        """Whether a secret holds white space: a wrapped line may break it there."""
        self.add(*values)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self._known)} secrets>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (tuple(self._known), tuple(self._plain))

    def learn(self, other: Redactor) -> None:
        """Redact what another one redacts."""
        self.add(*other._known)
        self.add_plain(other._plain)

    def add(self, *values: str) -> None:
        """Redact these values, too, from now on."""
        with self._lock:
            self._new |= {value for value in values if len(value) >= SHORTEST} - self._known
            self._known |= self._new
        if self._sink is not None:
            self._sink.add(*values)

    def add_plain(self, values: Iterable[str]) -> None:
        """Redact these values, too, where they stand as they are: for many at once, which are worth no more."""
        index: dict[int, set[str]] = {}
        new = {value for value in values if len(value) >= SHORTEST}
        for value in new:
            index.setdefault(_first_gram(value), set()).add(value)
        with self._lock:
            self._plain |= new
            self._extend(index)
        if self._sink is not None and new:
            self._sink.add_plain(new)

    def text(self, text: str) -> str:
        """Return the text with every form of every secret replaced; overlapping ones are taken out whole."""
        found = self.spans(text)
        if not found:
            return text
        parts: list[str] = []
        kept = 0
        for start, end in found:
            parts += (text[kept:start], MARK)
            kept = end
        return "".join([*parts, text[kept:]])

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where secrets stand in a text, in order and without overlaps."""
        return _merged([*_in_patterns(text), *self.known_spans(text)])

    def known_spans(self, text: str) -> list[tuple[int, int]]:
        """Return where known secrets stand in a text: not what merely looks like a credential by its place."""
        found: list[tuple[int, int]] = []
        grams, by_gram = self._index()
        if grams:
            views = Views(text, spaceless=self._spaceless)
            for number, view in enumerate(views):
                wanted = {form for gram in _grams(view, grams) for form in by_gram[gram]}
                found += [views.origin(number, *span) for form in wanted for span in _places(view, form)]
        return _merged(found)

    def value(self, value: Any) -> Any:
        """Return a JSON value with the secrets in its strings and keys replaced."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(each) for each in value]
        return value

    def _index(self) -> tuple[frozenset[int], dict[int, frozenset[str]]]:
        with self._lock:
            if self._new:
                index: dict[int, set[str]] = {}
                for form in {form for value in self._new for form in forms(value)}:
                    for piece in (form, form[-CUT:]):
                        index.setdefault(_first_gram(piece), set()).add(form)
                self._extend(index)
                self._spaceless |= any(len(value.split()) > 1 for value in self._new)
                self._new = set()
            return self._grams, self._by_gram

    def _extend(self, index: Mapping[int, set[str]]) -> None:
        """Put further forms into the index; searches that are under way keep the one they have."""
        more = {gram: self._by_gram.get(gram, frozenset()) | some for gram, some in index.items()}
        self._by_gram = {**self._by_gram, **more}
        self._grams = frozenset(self._by_gram)


def _restored(known: Collection[str], plain: Collection[str]) -> Redactor:
    made = Redactor(known)
    made.add_plain(plain)
    return made


def header(name: str, value: str) -> str:
    """Return a header's value without the credential that it is, the scheme or cookie name kept."""
    if name.lower() not in SECRET_HEADERS:
        return value
    if name.lower() == "set-cookie":
        cookie, _, attributes = value.partition(";")
        return f"{cookie.partition('=')[0]}={MARK}" + (f";{attributes}" if attributes else "")
    scheme, _, rest = value.partition(" ")
    return f"{scheme} {MARK}" if rest and "=" not in scheme else MARK


def _first_gram(text: str) -> int:
    return int.from_bytes(text.encode("utf-8", "surrogatepass")[:GRAM], sys.byteorder)


def _grams(text: str, wanted: frozenset[int]) -> set[int]:
    """Return which of some four-byte pieces stand in a text, at whatever place."""
    data = text.encode("utf-8", "surrogatepass")
    found: set[int] = set()
    for first in range(min(GRAM, len(data) - GRAM + 1)):
        last = first + (len(data) - first) // GRAM * GRAM
        found |= wanted.intersection(array("I", data[first:last]))
    return found


def _places(text: str, form: str) -> Iterator[tuple[int, int]]:
    """Yield where a form stands in a text, also where the text was cut inside it."""
    whole = 0
    at = text.find(form)
    while at >= 0:
        whole += 1
        yield at, at + len(form)
        at = text.find(form, at + 1)
    if len(form) <= CUT:
        return
    if text.count(form[:CUT]) > whole or text.count(form[-CUT:]) > whole:
        for begin, end in _cuts(text):
            yield from _cut_places(text, form, begin, end)


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a text was cut: at an ellipsis, whose begin and end these are, at the end of a string, at its own."""
    for mark in CUT_MARKS:
        at = text.find(mark)
        while at >= 0:
            begin = at
            while begin > 0 and at - begin < 2 and text[begin - 1] in QUOTES:
                begin -= 1
            yield begin, at + len(mark)
            at = text.find(mark, at + 1)
    yield len(text), len(text)


def _cut_places(text: str, form: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the beginning of a form before a cut, and the end of one behind it."""
    at = text.find(form[:CUT], max(0, begin - len(form) + 1), begin)
    while at >= 0:
        if form.startswith(text[at:begin]):
            yield at, begin
        at = text.find(form[:CUT], at + 1, begin)
    at = text.find(form[-CUT:], end, end + len(form) - 1)
    while at >= 0:
        if form.endswith(text[end : at + CUT]):
            yield end, at + CUT
        at = text.find(form[-CUT:], at + 1, end + len(form) - 1)


def _in_patterns(text: str) -> Iterator[tuple[int, int]]:
    """Yield credentials that no one told us, where their place in the text says what they are."""
    if "://" in text and "@" in text:
        yield from (f.span(f.lastindex or 0) for f in IN_ADDRESS.finditer(text) if f[f.lastindex or 0] != MARK)
    if "ookie" in text or "uthorization" in text or "OOKIE" in text or "UTHORIZATION" in text:
        yield from (found.span(1) for found in IN_HEADER.finditer(text) if found[1] != MARK)


def _merged(spans: Collection[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
