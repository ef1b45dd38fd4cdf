"""Our part of pytest-html's page: the first screen above its table, and the mending of what it leaves open.

pytest-html 4.2 shows test ids and its environment table unescaped, and its page has neither language nor
viewport nor a content policy.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

import pytest

from smokegate.observation.evidence import sink
from smokegate.report.gate import check_name, short_reason, title
from smokegate.report.json import write_whole
from smokegate.report.page import anchor, content_policy

STYLE = Path(__file__).with_name("style.css")
#: Outcomes that pytest-html knows under another word.
WORDS = {
    "blocked": "Blocked",
    "advisory": "Warning",
    "not judged": "Not judged",
    "not run": "Not run",
}
TITLE = re.compile(r"<title([^>]*)>.*?</title>", re.DOTALL)
SKIPPED = re.compile(r'(<span class="skipped">)(\d+) Skipped')
INLINE_SCRIPT = re.compile(r"<script(?:\s[^>]*)?>(.*?)</script>", re.DOTALL)


def row(report: Any, cells: list[str], own_page: str = "") -> None:
    """Name our outcomes, escape the test's id, and put the reason where pytest-html has its links.

    Each check leads to its place in our own page, where there is one.
    """
    noted = getattr(report, "smokegate", None) or {}
    if noted.get("outcome") == "not applicable":
        del cells[:]
        return
    if len(cells) < 4:
        return
    word = WORDS.get(noted.get("outcome", ""))
    if word:
        # pytest-html filters by the first text between `<td>` and `</td>`, and shows no row whose word is not its own.
        cells[0] = f'<td class="col-result" data-filter="<td>{report.outcome.capitalize()}</td>">{word}</td>'
    name = escape(report.nodeid)
    if own_page and noted.get("environment"):
        place = anchor(f"{noted['environment']}-{check_name(noted)}")
        name = f'<a href="{escape(own_page)}#{place}">{name}</a>'
    cells[1] = f'<td class="col-testId">{name}</td>'
    cells[3:] = [f"<td>{escape(short_reason(noted.get('why', '')))}</td>"]


def clean_metadata(config: pytest.Config) -> None:
    """Escape the environment table in place, at the last moment before pytest-html renders it."""
    from pytest_metadata.plugin import metadata_key  # noqa: PLC0415 - only where a page is written

    metadata: dict[str, Any] = config.stash.get(metadata_key, {})
    for key in list(metadata):
        value = metadata.pop(key)
        metadata[escape(str(key))] = _escaped(value)


def _escaped(value: Any) -> Any:
    if isinstance(value, dict):
        return {escape(str(key)): _escaped(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_escaped(each) for each in value]
    return escape(sink.plain(str(value)))


def finish(path: Path, document: dict[str, Any]) -> None:
    """Give the written page its title, language, viewport and content policy, whole or not at all."""
    if not path.is_file():
        return
    page = path.read_text(encoding="utf-8", errors="replace")
    page = page.replace("<html>", '<html lang="en">', 1)
    page = TITLE.sub(lambda m: f"<title{m[1]}>{escape(title(document))}</title>", page, count=1)
    page = SKIPPED.sub(lambda found: found[1] + _in_our_words(int(found[2]), document), page, count=1)
    # The hidden reload button's handler is the only inline one: the policy below would block it, with an
    # error on the console.
    page = page.replace(' onclick="location.reload()"', "", 1)
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{content_policy(*INLINE_SCRIPT.findall(page))}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
    )
    page = page.replace("<head>", f"<head>{head}", 1)
    write_whole(path, sink.page(page).encode("utf-8", "replace"))


def _in_our_words(skipped: int, document: dict[str, Any]) -> str:
    """Return the label of the filter of what pytest calls skipped."""
    outcomes = [test["outcome"] for each in document["environments"] for test in each["tests"]]
    counts = {word: outcomes.count(outcome) for outcome, word in WORDS.items() if outcome != "not run"}
    counts["Skipped"] = skipped - sum(counts.values())
    return ", ".join(f"{number} {word}" for word, number in counts.items() if number > 0) or "0 Skipped"
