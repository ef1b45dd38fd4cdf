"""Judges which cause the decisive lines of a log stand for, by what `knowledge/logs` knows.

The most specific place decides, whatever frightening words stand elsewhere. Only where it says no more than that
something was awaited without success, the places before it are read. What no text is known of is still an error of
the program itself, shown by the line that says it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec import Struct, field

from smokegate.diagnosis.log_lines import flat, without_level
from smokegate.diagnosis.log_quotes import quoted, summary
from smokegate.diagnosis.log_structure import ERROR, UNCAUGHT, WORDS, LogExcerpt, log_excerpts
from smokegate.diagnosis.log_targets import Target, address_in
from smokegate.diagnosis.wording import plain
from smokegate.knowledge.logs import VARIABLE, LogCause, log_causes, words

OWN_ERROR, ENGINE = "container.own-error", "container.engine-refused"
VAGUE_PLACE = 900
"""Causes from this place on say that something was waited for, not why it did not come."""
PLACES_AT_MOST, TEXT_AT_MOST = 40, 1000
"""So many places of a log are read, and so many characters of each: no log can make the search long."""
TargetOf = Callable[[str, str], Target]
"""Finds out what a line, with the frames around it, speaks of."""


class Reason(Struct, frozen=True):
    """Why a service is in trouble, and the lines that say it."""

    code: str
    lines: tuple[str, ...]
    """Quoted, the decisive one first."""
    names: dict[str, str] = field(default_factory=dict)
    """Names for the title: `detail`, `what`, `error`."""
    title: str | None = None
    sure: bool = True
    """Whether the most specific line of the log says it itself."""
    target: Target | None = None
    """What it could not connect to."""


def reason_in(
    log: Sequence[str], target_of: TargetOf, *, server: bool = False, serving: bool = False, running: bool = False
) -> Reason | None:
    """Return the reason that a log gives, None where no line of it says why.

    A `server`, such as a database, also logs the mistakes of its clients; while it is `serving`, an error which no
    text is known of did not end it. A program that is `running` has survived the errors of its requests.
    """
    if running:
        log = [line for line in log if not words("clients").search(line[:TEXT_AT_MOST])]
    found = _reason_in(log, target_of, server=server, serving=serving)
    if (found is None or found.code == OWN_ERROR) and (alike := without_level(log)):
        second = _reason_in(alike, target_of, server=server, serving=serving)
        found = second or next((own_error(each) for each in log_excerpts(alike)), None)
    return found


def _reason_in(log: Sequence[str], target_of: TargetOf, *, server: bool, serving: bool) -> Reason | None:
    places = [each for each in log_excerpts(log)[:PLACES_AT_MOST] if not (server and _of_client(each))]
    places = [each for each in places if not _of_telemetry(each)]
    vague: Reason | None = None
    least = UNCAUGHT if serving else ERROR if server else WORDS
    for number, excerpt in enumerate(places):
        cause = cause_of(excerpt, server=server)
        if cause is not None and cause.place < VAGUE_PLACE:
            return _reason(excerpt, cause, target_of, sure=number == 0 or vague is not None)
        if cause is not None:
            vague = vague or _reason(excerpt, cause, target_of, sure=False)
        elif excerpt.rank > least and not words("vague").search(excerpt.lines[0]):
            return vague or own_error(excerpt)
    known = _known_line(log, server=server)
    if known is not None and (vague is None or known[1].place < VAGUE_PLACE):
        return _reason(*known, target_of, sure=False)
    unknown = next((each for each in places if each.rank > (least if serving else WORDS)), None)
    return vague or (own_error(unknown) if unknown else None)


def engine_reason(error: str, target_of: TargetOf) -> Reason:
    """Return why the engine could not start a container, in its own words: no client's connection is meant."""
    excerpt = LogExcerpt((plain(" ".join(error.split())),), UNCAUGHT, 0)
    cause = cause_of(excerpt, server=True) or next(each for each in log_causes() if each.code == ENGINE)
    return _reason(excerpt, cause, target_of, sure=True)


def _of_client(excerpt: LogExcerpt) -> bool:
    """Whether a database only reports what one of its clients did."""
    return next((cause.client for cause in log_causes() if cause.says.search(excerpt.lines[0])), False)


def _of_telemetry(excerpt: LogExcerpt) -> bool:
    """Whether a program only reports that it reached none of those to whom it reports: it does without them."""
    text = " ".join((*excerpt.lines, excerpt.context))
    if not words("telemetry").search(text[:TEXT_AT_MOST]):
        return False
    cause = cause_of(excerpt)
    return cause is not None and "{family}" in cause.code


def _known_line(log: Sequence[str], *, server: bool) -> tuple[LogExcerpt, LogCause] | None:
    """Return the last line whose text is known although nothing in its form says that it is an error.

    The very last one may be a warning: a program that ends has said why, whatever level it gave that.
    """
    found: tuple[LogExcerpt, LogCause] | None = None
    lines = [line for line in flat(log)[-PLACES_AT_MOST:] if re.search(r"\w", line)]
    for at, line in reversed(list(enumerate(lines))):
        warning = bool(words("plain").search(line))
        if warning and at < len(lines) - 1:
            continue
        excerpt = LogExcerpt((line.strip(),), WORDS, at)
        cause = cause_of(excerpt)
        if cause is not None and cause.client and (warning or server or _of_telemetry(excerpt)):
            continue  # programs go on after warnings about what they connect to
        if cause is not None and cause.place < VAGUE_PLACE:
            return excerpt, cause
        if cause is not None and found is None:
            found = excerpt, cause
    return found


def cause_of(excerpt: LogExcerpt, *, server: bool = False) -> LogCause | None:
    """Return the most particular cause that a place of a log shows; its own lines come before its chain."""
    for text in (" ".join(excerpt.lines), *excerpt.chain):
        for cause in log_causes():
            if cause.says_in(excerpt.context).search(text[:TEXT_AT_MOST]) and not (server and cause.client):
                return cause
    return None


def own_error(excerpt: LogExcerpt) -> Reason:
    """Return an error of the program itself, by the line that says it and the place in its code."""
    return Reason(OWN_ERROR, quoted(excerpt), {"error": summary(excerpt.lines[0])}, sure=False)


def last_error_line(log: Sequence[str]) -> str:
    """Return the line nearest to saying why: with words of failure, else the last one that says anything."""
    found = log_excerpts(log)
    if found:
        return summary(found[0].lines[0])
    said = [plain(line) for line in log if re.search(r"\w", line)]
    return summary(said[-1]) if said else ""


def _reason(excerpt: LogExcerpt, cause: LogCause, target_of: TargetOf, *, sure: bool) -> Reason:
    text = _deciding(excerpt, cause)
    says = cause.says_in(excerpt.context)
    names = {"error": summary(excerpt.lines[0])}
    groups = (each for found in says.finditer(text[:TEXT_AT_MOST]) for each in found.groups())
    name = next((each for each in groups if each), "") or _variable(cause, text)
    code, target = cause.code, None
    if "{family}" in code:
        target = target_of(text, "\n".join((excerpt.context, *excerpt.lines, *excerpt.chain)))
        code = code.format(family=target.family)
        names["what"] = target.what
    lines = quoted(excerpt, says, text if text in excerpt.chain else None)
    sure = sure and says.search(excerpt.lines[0]) is not None
    title = cause.named if name and cause.named else cause.title
    if (hint := cause.hint(text[:TEXT_AT_MOST])) is not None:
        title, sure = hint, False
    return Reason(code, lines, {**names, **({"detail": name} if name else {})}, title, sure=sure, target=target)


def _deciding(excerpt: LogExcerpt, cause: LogCause) -> str:
    """Return the text of a place that shows a cause; of a connection's, rather one that names the address."""
    says = cause.says_in(excerpt.context)
    texts = [each for each in (" ".join(excerpt.lines), *excerpt.chain) if says.search(each[:TEXT_AT_MOST])]
    named = (each for each in texts if "{family}" in cause.code and address_in(each)[0])
    return next(named, texts[0] if texts else excerpt.lines[0])


def _variable(cause: LogCause, text: str) -> str:
    """Return the setting that a line names where the pattern itself has no place for it."""
    if not cause.code.startswith(("container.missing-variable", "container.setting-invalid")):
        return ""
    pydantic = re.search(r"validation errors? for \S+ ([\w.]+) ", text)
    found = pydantic or re.search(VARIABLE, text)
    return found[1] if found else ""
