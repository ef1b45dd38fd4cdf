"""Takes secrets out of texts by their value, in every encoding they travel in."""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

from smokegate.observation.evidence.clean import clean
from smokegate.observation.model import Headers

MARK = "[redacted]"
#: Shorter values stand in too many innocent words.
SHORTEST = 4
#: Headers whose whole value is a credential. The authentication scheme in front of it is kept.
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
#: The password in an address such as `postgresql://user:password@db`: drivers and servers print those, and
#: they are in no environment file.
IN_ADDRESS = re.compile(r"://[^/\s:@\"'\\]*:([^@/\s\"'\\]+)@")


class Redactor:
    """Knows secret values and replaces every form of them.

    Thread-safe: values may be added while texts are redacted.

    Args:
        values: the secrets known from the start; values of fewer than four characters are ignored.
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._forms: tuple[str, ...] = ()
        self.add(*values)

    def add(self, *values: str) -> None:
        """Redact these values, too, from now on."""
        with self._lock:
            new = {value for value in values if len(value) >= SHORTEST} - self._known
            if new:
                self._known |= new
                found = {form for value in new for form in forms(value)}
                self._forms = tuple(sorted(found.union(self._forms), key=len, reverse=True))

    def text(self, text: str) -> str:
        """Return the text with every form of every secret replaced; overlapping ones are taken out whole."""
        in_addresses = (found.span(1) for found in IN_ADDRESS.finditer(text))
        spans = sorted([*_spans(text, self._forms), *in_addresses])
        if not spans:
            return text
        parts: list[str] = []
        kept = 0
        start, end = spans[0]
        for left, right in [*spans[1:], (len(text) + 1, 0)]:
            if left <= end:
                end = max(end, right)
                continue
            parts += (text[kept:start], MARK)
            kept, start, end = end, left, right
        return "".join([*parts, text[kept:]])

    def value(self, value: Any) -> Any:
        """Return a JSON value with the secrets in its strings and keys replaced."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(each) for each in value]
        return value

    def headers(self, headers: Headers) -> Headers:
        """Return the headers with credentials replaced, whole where the header holds nothing else."""
        return Headers(tuple((self.text(name), self._header(name, value)) for name, value in headers.fields))

    def _header(self, name: str, value: str) -> str:
        if name.lower() not in SECRET_HEADERS:
            return self.text(value)
        if name.lower() == "set-cookie":
            cookie, _, attributes = value.partition(";")
            key = cookie.partition("=")[0]
            return self.text(f"{key}={MARK}" + (f";{attributes}" if attributes else ""))
        scheme, _, rest = value.partition(" ")
        return f"{scheme} {MARK}" if rest and "=" not in scheme else MARK


def forms(value: str) -> frozenset[str]:
    """Return every form of a secret: raw, URL-quoted, base64, and escaped for JSON, HTML and Python."""
    raw = value.encode("utf-8", "surrogatepass")
    escaped = {value, clean(value), repr(value)[1:-1], html.escape(value), html.escape(value, quote=False)}
    escaped |= {html.escape(value).replace("&#x27;", "&#39;")}
    for ascii_only in (True, False):
        literal = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        escaped |= {literal, literal.replace("/", "\\/"), html.escape(literal)}
        escaped |= {json.dumps(literal, ensure_ascii=ascii_only)[1:-1]}
    for safe in ("", "/"):
        for quoted in (quote(raw, safe=safe), quote_plus(raw, safe=safe)):
            escaped |= {quoted, _lower_hex(quoted), quote(quoted, safe="")}
    found = escaped.union(_base64(raw))
    return frozenset(form for form in found if len(form) >= SHORTEST)


def _lower_hex(quoted: str) -> str:
    head, *rest = quoted.split("%")
    return "%".join([head, *(part[:2].lower() + part[2:] for part in rest)])


def _base64(raw: bytes) -> Iterator[str]:
    """Yield what of the base64 form depends on the secret alone, for each place in a longer text."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode()
        first = -(-offset * 8 // 6)
        last = (offset + len(raw)) * 8 // 6
        core = encoded[first:last]
        yield core
        yield core.replace("+", "-").replace("/", "_")
    yield base64.b64encode(raw).decode()
    yield base64.urlsafe_b64encode(raw).decode()


def _spans(text: str, wanted: Iterable[str]) -> Iterator[tuple[int, int]]:
    for form in wanted:
        at = text.find(form)
        while at >= 0:
            yield at, at + len(form)
            at = text.find(form, at + 1)
