"""Turns what was sent and what came into the frozen, redacted values of an observation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from smokegate.observation.evidence.clean import clean
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.model import Answer, Body, Headers, NoAnswer, Phases, Redirect, Request
from smokegate.observation.plan.step import RawResponse, RequestToSend
from smokegate.observation.transport.fetch import Fetched
from smokegate.observation.transport.limits import KEPT_HEADER, KEPT_TEXT

SECRET_KEY = re.compile(r"token|secret|passw|jwt|api_?key|session", re.IGNORECASE)
#: What a generated secret looks like: long, without spaces, and not a plain word. `"api_key": "configured"`
#: is none.
SECRET_VALUE = re.compile(r"(?=.*(?:\d|[a-z][A-Z]))\S{12,}")
JWT = re.compile(r"eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*")


def discover(raw: RawResponse, redactor: Redactor) -> None:
    """Find the secrets that an answer brings (tokens, cookies) and have them redacted from now on."""
    redactor.add(*_tokens(raw.json), *JWT.findall(raw.text))
    for _, _, location in raw.redirects:
        redactor.add(*(value for key, value in parse_qsl(urlsplit(location).query) if SECRET_KEY.search(key)))
    for name, value in raw.headers:
        if name.lower() == "set-cookie":
            redactor.add(value.partition(";")[0].partition("=")[2].strip('"'))


def _tokens(value: Any, key: str = "", depth: int = 0) -> Iterator[str]:
    if depth > 50:
        return
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _tokens(each, str(name), depth + 1)
    elif isinstance(value, list):
        for each in value:
            yield from _tokens(each, key, depth + 1)
    elif isinstance(value, str) and SECRET_KEY.search(key) and SECRET_VALUE.fullmatch(value):
        yield value


class Recorder:
    """Records one environment's exchanges.

    Args:
        redactor: what must not be kept.
        zero: the moment from which offsets count (monotonic clock).
    """

    def __init__(self, redactor: Redactor, zero: float) -> None:
        self.redactor = redactor
        self.zero = zero

    def text(self, text: str) -> str:
        """Return a text that is safe to keep."""
        return self.redactor.text(clean(text))

    def request(self, ask: RequestToSend) -> Request:
        """Record what is sent."""
        body = None if ask.body is None else self.text(ask.body.decode("utf-8", "replace"))
        return Request(ask.method, self.text(ask.url), self._headers(ask.headers), body)

    def answer(self, fetched: Fetched, kept_text: int | None = None) -> Answer:
        """Record an answer."""
        raw = fetched.raw
        assert raw is not None
        return Answer(
            status=raw.status,
            headers=self._headers(raw.headers),
            body=self._body(raw, KEPT_TEXT if kept_text is None else kept_text),
            url=self.text(raw.url),
            redirects=tuple(Redirect(status, self.text(url), self.text(to)) for status, url, to in raw.redirects),
            address=fetched.address,
            certificate=fetched.certificate,
        )

    def no_answer(self, fetched: Fetched) -> NoAnswer:
        """Record why there is no answer."""
        from smokegate.observation.transport.errors import cause_of  # noqa: PLC0415 -- knows requests, which is imported late

        assert fetched.error is not None
        cause, detail = cause_of(fetched.error)
        return NoAnswer(cause, self.text(detail)[:KEPT_HEADER], fetched.address)

    def phases(self, fetched: Fetched) -> Phases:
        """Record how long each phase took and when it began."""
        offsets = {name: began - self.zero for name, (began, _) in fetched.phases.items()}
        return Phases(**{name: took for name, (_, took) in fetched.phases.items()}, offsets=offsets)

    def _headers(self, fields: tuple[tuple[str, str], ...]) -> Headers:
        cleaned = tuple((clean(name), clean(value)[:KEPT_HEADER]) for name, value in fields)
        return self.redactor.headers(Headers(cleaned))

    def _body(self, raw: RawResponse, kept: int) -> Body:
        cut = len(raw.text) > kept
        # Redacted whole before it is cut: a secret that the cut divides would not be found.
        text = self.text(raw.text)[:kept]
        try:
            value, is_json = self._json(raw.json), raw.is_json
        except RecursionError:
            value, is_json = None, False
        return Body(text, raw.size, cut, value, is_json)

    def _json(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self._json(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._json(each) for each in value]
        return value
