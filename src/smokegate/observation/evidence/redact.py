"""Redacts secrets in texts by value, in every encoding, in linear time.

One pass searches for all secrets with the interpreter's own loops: four consecutive four-byte grams of every form are
indexed, one of which is aligned to four bytes wherever the form occurs. Only forms with a matching gram are searched
for; if there are many, as in a log of random text, a second pass with eight-byte grams at every offset leaves few.
"""

from __future__ import annotations

import sys
import threading
from array import array
from collections.abc import Collection, Iterable
from typing import Any

from smokegate.observation.evidence.secret_places import (
    CUT,
    MARK,
    SHORTEST,
    credentials_by_place,
    forms,
    merged,
    places,
)
from smokegate.observation.evidence.views import Views

GRAM, OCTET = 4, 8
ANY_PLACE = 2 * GRAM - 1
"""Minimum bytes that hold an aligned four-byte gram at any offset; shorter forms are searched for directly."""
FEW = 16
"""Maximum forms that are searched for without a second pass."""


class Redactor:
    """Replaces known secrets in every form. Thread-safe; its `repr` shows none.

    Args:
        values: the secrets known from the start; values of fewer than six characters are ignored.
        sink: learns the same secrets, so that no other output leaks them.
    """

    def __init__(self, values: Iterable[str] = (), sink: Redactor | None = None) -> None:
        self._sink = sink
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._new: set[str] = set()
        self._plain: set[str] = set()
        self._by_gram: dict[int, frozenset[str]] = {}
        self._grams: frozenset[int] = frozenset()
        self._short: frozenset[str] = frozenset()
        self._spaceless = False
        """Whether a secret contains white space, where a wrapped line may break it."""
        self.add(*values)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self._known)} secrets>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (tuple(self._known), tuple(self._plain))

    def learn(self, other: Redactor) -> None:
        """Redact another redactor's secrets, too."""
        self.add(*other._known)
        self.add_plain(other._plain)

    def add(self, *values: str) -> None:
        """Redact these values from now on."""
        with self._lock:
            self._new |= {value for value in values if len(value) >= SHORTEST} - self._known
            self._known |= self._new
        if self._sink is not None:
            self._sink.add(*values)

    def add_plain(self, values: Iterable[str]) -> None:
        """Redact these values only verbatim: cheaper, for many at once."""
        new = {value for value in values if len(value) >= SHORTEST}
        with self._lock:
            self._extend((value, value) for value in new - self._plain)
            self._plain |= new
        if self._sink is not None and new:
            self._sink.add_plain(new)

    def text(self, text: str) -> str:
        """Return the text with every form of every secret replaced; overlapping ones are merged."""
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
        """Return the spans of secrets in a text, in order and without overlaps."""
        return merged([*credentials_by_place(text), *self.known_spans(text)])

    def known_spans(self, text: str) -> list[tuple[int, int]]:
        """Return the spans of known secrets, without those that are credentials only by their context."""
        found: list[tuple[int, int]] = []
        self._learn()
        if self._grams or self._short:
            views = Views(text, spaceless=self._spaceless)
            for number, view in enumerate(views):
                for form in self._candidates(view):
                    found += [views.origin(number, *span) for span in places(view, form)]
        return merged(found)

    def _candidates(self, text: str) -> Collection[str]:
        """Return the forms that may occur in a text, and few others."""
        data, by_gram = text.encode("utf-8", "surrogatepass"), self._by_gram
        pieces = array("I", data[: len(data) // GRAM * GRAM])
        wanted = {form for gram in self._grams.intersection(pieces) for form in by_gram.get(gram, ())}
        if len(wanted) > FEW:
            wanted = _present(data, wanted)
        return wanted | {form for form in self._short if form in text}

    def value(self, value: Any) -> Any:
        """Return a JSON value with the secrets in its strings and keys replaced."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(each) for each in value]
        return value

    def _learn(self) -> None:
        """Index newly added secrets."""
        with self._lock:
            if self._new:
                found = {form for value in self._new for form in forms(value)}
                self._extend((piece, form) for form in found for piece in (form, form[-CUT:]))
                self._spaceless |= any(len(value.split()) > 1 for value in self._new)
                self._new = set()

    def _extend(self, pieces: Iterable[tuple[str, str]]) -> None:
        """Index further forms; concurrent searches keep the old index."""
        index: dict[int, set[str]] = {}
        short: set[str] = set()
        for piece, form in pieces:
            data = piece.encode("utf-8", "surrogatepass")
            if len(data) < ANY_PLACE:
                short.add(form)
                continue
            for first in range(GRAM):
                index.setdefault(int.from_bytes(data[first : first + GRAM], sys.byteorder), set()).add(form)
        more = {gram: self._by_gram.get(gram, frozenset()) | some for gram, some in index.items()}
        self._short |= short
        self._by_gram = {**self._by_gram, **more}
        self._grams = frozenset(self._by_gram)


def _restored(known: Collection[str], plain: Collection[str]) -> Redactor:
    made = Redactor(known)
    made.add_plain(plain)
    return made


def _present(data: bytes, wanted: Collection[str]) -> set[str]:
    """Return the forms whose first or last eight bytes occur in a text, at any offset."""
    ends: dict[int, set[str]] = {}
    short = set[str]()
    for form in wanted:
        for piece in (form, form[-CUT:]):
            head = piece.encode("utf-8", "surrogatepass")[:OCTET]
            if len(head) < OCTET:
                short.add(form)
            else:
                ends.setdefault(int.from_bytes(head, sys.byteorder), set()).add(form)
    keys, found = frozenset(ends), set[int]()
    for first in range(min(OCTET, len(data) - OCTET + 1)):
        last = first + (len(data) - first) // OCTET * OCTET
        found |= keys.intersection(array("Q", data[first:last]))
    return short.union(*(ends[each] for each in found))
