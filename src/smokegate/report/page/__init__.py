"""`reports/NAME.html`: one page that needs no network and no script, rendered from the run's JSON by Jinja2."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from smokegate.observation.evidence import sink
from smokegate.report import gate
from smokegate.report.page import timeline

if TYPE_CHECKING:
    from jinja2 import Environment

RANK = ("failed", "error", "blocked", "advisory", "not run", "skipped", "passed")
"""The order of the table of checks: what is wrong first."""
LONG = 20_000
"""Characters of one text: a server decides how long some of them are."""


def page(document: dict[str, Any]) -> str:
    """Return the whole page."""
    return templates().get_template("page.html").render(document=document)


def first_screen(document: dict[str, Any]) -> str:
    """Return verdicts, causes, evidence, steps and requests alone, for a page of another maker."""
    return templates().get_template("first_screen.html").render(document=document)


@cache
def templates() -> Environment:
    """Return the compiled templates' place; a rehearsal prepares it once for all of its runs."""
    from jinja2 import Environment, PackageLoader  # noqa: PLC0415 - costs start-up time, and only a page needs it

    made = Environment(
        loader=PackageLoader("smokegate.report", "page"),
        autoescape=True,
        finalize=_clean,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(
        gate=gate, timeline=timeline.timeline, rows=timeline.rows, PHASES=timeline.PHASES, policy=POLICY
    )
    made.filters.update(by_rank=_by_rank, pieces=_pieces)
    return made


POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""The page may load nothing and run nothing, whatever a server wrote into it."""


def _clean(value: Any) -> Any:
    """Take out of every text what moves a cursor or turns text around, and cut what is endless."""
    if type(value) is not str:
        return value
    text = sink.plain(value)
    return text if len(text) <= LONG else f"{text[:LONG]}…"


def _by_rank(tests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ranks = {word: rank for rank, word in enumerate(RANK)}
    return sorted(tests, key=lambda test: ranks.get(test["outcome"], len(RANK)))


def _pieces(line: object) -> list[str]:
    """Split a line of ours at its backticks: every second piece is code."""
    return str(line).split("`")
