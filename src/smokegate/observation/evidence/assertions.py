"""Compares an answer with its expectations; used by readiness, smoke tests and diagnosis."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from msgspec import Struct

from smokegate.environment.answers import HeaderRule, StatusRule
from smokegate.environment.expectations import JsonExpectation
from smokegate.environment.model import Endpoint, Expectation, Health
from smokegate.environment.patterns import found
from smokegate.observation.evidence.json_rules import MISSING, broken, lookup
from smokegate.observation.evidence.own_errors import crash, failure_words
from smokegate.observation.evidence.self_report import sick_words
from smokegate.observation.exchange import Answer

OPPOSITE = re.compile(r"(?:\b(?:not|non|no|never|isn't)[\s_-]+|\b(?:un|in|dis|non))$", re.IGNORECASE)
"""What negates a following word: "unhealthy" and "not ready" are not "healthy" and "ready"."""


NO_HEADER = "no such header"


class Unmet(Struct, frozen=True):
    """One expectation that an answer does not meet."""

    what: str
    """`status`, `json status`, `header content-type`, `body`."""
    expected: str
    actual: str

    def __str__(self) -> str:
        return f"{self.what}: expected {self.expected}, got {self.actual}"


def unmet(promise: Expectation, answer: Answer) -> tuple[Unmet, ...]:
    """Return the unmet expectations, the status first."""
    wrong: list[Unmet] = []
    if not fits(promise.status, answer.status):
        onward = f" (redirects to {answer.redirects_to})" if answer.redirects_to else ""
        wrong.append(Unmet("status", spelt(promise.status), f"{answer.status}{onward}"))
    wrong.extend(unmet_json(promise.json_, answer))
    for name, rule in promise.headers.items():
        why = _unmet_header(name, rule, answer)
        if why is not None:
            actual = answer.headers.get(name)
            wrong.append(Unmet(f"header {name}", why, NO_HEADER if actual is None else repr(actual)))
    wrong.extend(unmet_text(promise, answer))
    died = None if wrong or promise.text_rules else crash(answer)
    if died is not None:
        wrong.append(Unmet("body", "no fatal error of the program", excerpt(died)))
    if isinstance(promise, Health) and not wrong:
        wrong.extend(Unmet(what, "a healthy status", repr(said)) for what, said in sick_words(promise, answer))
    elif isinstance(promise, Endpoint) and not wrong and not promise.json_ and not promise.text_rules:
        wrong.extend(Unmet(what, "no failure of the application", repr(said)) for what, said in failure_words(answer))
    return tuple(wrong)


def fits(wanted: StatusRule, status: int) -> bool:
    """Return whether a status matches a rule: one status, several, or a class such as `2xx`."""
    several = wanted if isinstance(wanted, tuple) else (wanted,)
    return any(each == status or (isinstance(each, str) and each[0] == str(status)[0]) for each in several)


def spelt(wanted: StatusRule) -> str:
    """Return an expected status in words."""
    return " or ".join(map(str, wanted)) if isinstance(wanted, tuple) else str(wanted)


def unmet_text(promise: Expectation, answer: Answer) -> Iterator[Unmet]:
    """Yield the unmet expectations of the body's text."""
    rules = promise.text_rules
    if not rules:
        return
    text = answer.body.text
    for why in filter(None, (_unmet_text(name, wanted, text) for name, wanted in rules)):
        yield Unmet("body", why, excerpt(text))


def _unmet_text(name: str, wanted: Any, text: str) -> str | None:
    if name == "equals":
        return None if text.strip() == wanted.strip() else (f"the text {wanted!r}" if wanted else "no text")
    if name == "contains":
        return contradicted(wanted, text)
    if name == "not_contains":
        return f"a text without {wanted!r}" if wanted in text else None
    return None if found(wanted, text) else f"a text in which {wanted!r} is found"


def contradicted(wanted: str, text: str) -> str | None:
    """Return what is wrong if a text lacks the expected one, or only contains its negation."""
    places = [each.start() for each in re.finditer(re.escape(wanted), text)]
    if not places:
        return f"a text that contains {wanted!r}"
    opposites = [OPPOSITE.search(text[max(0, at - 8) : at]) for at in places]
    first = opposites[0]
    if not wanted[:1].isalpha() or first is None or not all(opposites):
        return None
    return f"a text that contains {wanted!r}, and not only its opposite {first[0] + wanted!r}"


def _unmet_header(name: str, rule: str | HeaderRule, answer: Answer) -> str | None:
    actual = answer.headers.get(name)
    if isinstance(rule, str):
        return None if actual is not None and _same_header(name, rule, actual, answer) else repr(rule)
    if rule.present is not None:
        return None if rule.present is (actual is not None) else ("a value" if rule.present else NO_HEADER)
    if actual is None:
        return " and ".join(_wanted(key, each) for key, each in rule.given.items()) or "a value"
    for key, wanted in rule.given.items():
        if key == "one_of":
            why = None if any(_same_header(name, each, actual, answer) for each in wanted) else f"one of {wanted!r}"
        elif key == "equals" and _same_header(name, wanted, actual, answer):
            why = None
        else:
            why = _unmet_text(key, wanted, actual)
        if why is not None:
            return why
    return None


def _wanted(key: str, wanted: Any) -> str:
    """Return a rule for a header in words."""
    if key == "one_of":
        return f"one of {wanted!r}"
    return _unmet_text(key, wanted, "") or repr(wanted)


def _same_header(name: str, wanted: str, actual: str, answer: Answer) -> bool:
    """Compare header values: a media type matches any parameters, a path matches the same absolute URL."""
    if actual == wanted:
        return True
    if name.lower() == "content-type" and ";" not in wanted:
        return actual.partition(";")[0].strip().lower() == wanted.strip().lower()
    return (
        name.lower() == "location" and bool(answer.url) and urljoin(answer.url, wanted) == urljoin(answer.url, actual)
    )


def unmet_json(promises: tuple[JsonExpectation, ...], answer: Answer) -> tuple[Unmet, ...]:
    """Return the unmet JSON expectations; a body that is not JSON meets none."""
    if not promises:
        return ()
    if not answer.body.is_json:
        kind = answer.headers.get("content-type", "no content type")
        return (Unmet("json", "a JSON body", f"{kind}: {excerpt(answer.body.start)}"),)
    wrong = []
    for promise in promises:
        value = lookup(answer.body.json, promise.path)
        why = broken(promise.rule, value)
        if why is not None:
            actual = "no such key" if value is MISSING else repr(value)
            if value is MISSING and lookup(answer.body.json, tuple(promise.key.split("."))) is not MISSING:
                why += f" (there is no key of that name; without quotes, {promise.key} is a path of keys, and is there)"
            wrong.append(Unmet(f"json {promise.key}".rstrip(), why, actual))
    return tuple(wrong)


def excerpt(text: str, limit: int = 120) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.lstrip()[: 20 * limit].split())
    return repr(line if len(line) <= limit else line[: limit - 1] + "…") if line else "an empty body"
