"""Lines of evidence: each names an exchange and quotes, between backticks, what stands in the observation."""

from __future__ import annotations

import re

from smokegate.observation.evidence.clean import clean
from smokegate.observation.exchange import Answer, Exchange, NoAnswer, NotSent
from smokegate.observation.transport.causes import WireCause

LIMIT = 160
WORD_BEFORE = re.compile(r"\w+$")
LONGEST_WORD = 20
SAMPLE = re.compile(r"((health|endpoint [^:]*?)(?: \d+)?): (.*)", re.DOTALL)
"""A line about a sample of the health check or of an endpoint: its name, without its number, and the result."""


def plain(text: str) -> str:
    """Return a text on one line, unsafe characters marked, without backticks."""
    return " ".join(clean(text).replace("`", " ").split())


def quote(text: str, limit: int = LIMIT) -> str:
    """Return a text between backticks, cut at the limit."""
    line = plain(text)
    if not line:
        return "an empty body"
    return f"`{line}`" if len(line) <= limit else f"`{line[:limit].rstrip()}`…"


def around(text: str, start: int, end: int, margin: int = 60) -> str:
    """Return the place in a text where something was found, between backticks, with no word cut at its beginning."""
    first = max(0, start - margin)
    word = WORD_BEFORE.search(text, max(0, first - LONGEST_WORD), first)
    return quote(text[word.start() if word else first : end + margin], LIMIT + LONGEST_WORD)


def header(answer: Answer, name: str) -> str:
    """Return one header field as it came, between backticks."""
    return quote(f"{name}: {answer.headers.get(name, '')}")


def seen(exchange: Exchange, *details: str, outcome: Answer | NoAnswer | NotSent | None = None) -> str:
    """Return the line with the outcome of an exchange, with details that were quoted already."""
    outcome = outcome or exchange.outcome
    sent = f"{exchange.name}: {exchange.request.method} {exchange.request.url}"
    if isinstance(outcome, NotSent):
        return f"{sent} was not sent, because there was no answer to {outcome.because}"
    if isinstance(outcome, NoAnswer):
        words = f" ({quote(outcome.detail)})" if outcome.detail.strip() else ""
        onward = ""
        if outcome.redirected and outcome.cause is not WireCause.TOO_MANY_REDIRECTS:  # which names them itself
            onward = f" redirects to {plain(outcome.redirected)[:LIMIT]}, which"
        text = f"{sent}{onward} got no answer: {outcome.cause.title}{words}"
    else:
        onward = f" (redirects to {plain(outcome.redirects_to)[:LIMIT]})" if outcome.redirects_to else ""
        way = f" after a redirect to {plain(outcome.url)[:LIMIT]}" if outcome.redirects else ""
        text = f"{sent} answered {outcome.status}{way}{onward}"
    return "; ".join([text, *details])


def seen_whole(exchange: Exchange, *details: str) -> str:
    """Return the line with the outcome of an exchange, and how the body of its answer begins."""
    return seen(exchange, *details, *([body(exchange.answer)] if exchange.answer else []))


def body(answer: Answer, limit: int = LIMIT) -> str:
    """Return the beginning of a body, quoted."""
    text = plain(answer.body.start)
    return f"body {quote(text, limit)}" if text else "an empty body"


def listed(words: list[str] | tuple[str, ...]) -> str:
    """Return words as a list in a sentence."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def without_repeats(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return lines of evidence with what several samples of one request show alike said once."""
    shown: list[str] = []
    again: list[str] = []
    said: dict[str, str] = {}
    for line in lines:
        sample = SAMPLE.fullmatch(line)
        if sample and sample[2] in said and said[sample[2]].startswith(sample[3]):
            again.append(sample[1])
            continue
        if sample:
            said.setdefault(sample[2], sample[3])
        shown.append(line)
    return (*shown, f"the same of {len(again)} more: {', '.join(again)}") if again else lines
