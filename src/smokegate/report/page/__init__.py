"""`reports/NAME.html`: one page that needs no network and no script, rendered from the run's JSON by Jinja2."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smokegate.observation.evidence import sink
from smokegate.observation.evidence.clean import clean
from smokegate.project import VERSION
from smokegate.report import gate
from smokegate.report.history import short, trends
from smokegate.report.page import marks, outcomes, timeline

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

HERE = Path(__file__).parent
MODULES = HERE / "modules"
"""The compiled templates, which `hatch_build.py` puts into the wheel; a checkout has none."""
LINKS = re.compile(r"(https?://[^\s\"'<>()]*[^\s\"'<>().,:;])")
"""Addresses in a text of ours, without the punctuation after them."""
LONG = 20_000
"""Characters of one text: a server decides how long some of them are."""


def page(document: dict[str, Any]) -> str:
    """Return the whole page."""
    return "".join(page_pieces(document))


def page_pieces(document: dict[str, Any]) -> Iterator[str]:
    """Yield the page in pieces: with a hundred environments the whole of it takes megabytes."""
    return templates().get_template("page.html").generate(document=document)


def index(reports: Path) -> str:
    """Return the page over all environments that have a history beside the reports."""
    return templates().get_template("index.html").render(rows=trends(reports))


def first_screen(document: dict[str, Any]) -> str:
    """Return verdicts, causes, evidence, steps and requests alone, for a page of another maker."""
    return templates().get_template("first_screen.html").render(document=document)


@cache
def templates() -> Environment:
    """Return the compiled templates' place; a rehearsal prepares it once for all of its runs."""
    from jinja2 import FileSystemLoader, ModuleLoader  # noqa: PLC0415 - costs start-up time, and only a page needs it
    from markupsafe import Markup  # noqa: PLC0415 - see above

    from smokegate.report.page.compiled import Compiled, OfPlainData  # noqa: PLC0415 - see above

    compiled = MODULES.is_dir()
    made = OfPlainData(
        loader=ModuleLoader(MODULES) if compiled else FileSystemLoader(HERE),
        autoescape=True,
        finalize=_clean,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=None if compiled else Compiled(str(HERE)),
    )
    script = (HERE / "page.js").read_text(encoding="utf-8")
    made.globals.update(
        gate=gate,
        timeline=timeline.timeline,
        rows=timeline.rows,
        PHASES=timeline.PHASES,
        VERSION=VERSION,
        SCRIPT=Markup(script),  # noqa: S704 - our own file
        policy=content_policy(script),
        subjects=outcomes.subjects,
        checks_of=outcomes.checks_of,
        marked_body=marks.marked_body,
        wrong_headers=marks.wrong_headers,
        browser_pages=outcomes.browser_pages,
        worst_first=outcomes.worst_first,
        slowest=outcomes.slowest,
    )
    made.tests["failed_call"] = outcomes.failed_call
    made.filters.update(
        pieces=_pieces,
        links=LINKS.split,
        address=_address,
        commands=_commands,
        short=short,
        anchor=anchor,
        line=gate.short_reason,
        plain=lambda value: sink.plain(str(value)),
        picture=_picture,
    )
    return made


def content_policy(*scripts: str) -> str:
    """Return a page's policy: it loads nothing, and runs these scripts alone, whatever a server wrote into it."""
    digests = (base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
    return (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {allowed}; "
        "base-uri 'none'; form-action 'none'"
    )


def _clean(value: Any) -> Any:
    """Take out of every text what moves a cursor or turns text around, and cut what is endless."""
    if type(value) is not str:
        return value
    text = clean(value)
    return text if len(text) <= LONG else f"{text[:LONG]}…"


def _pieces(line: object) -> list[str]:
    """Split a line of ours at its backticks: every second piece is code."""
    return str(line).split("`")


def _commands(step: object) -> list[str]:
    """Return the commands of a step: what stands in backticks and has more than one word."""
    return [piece for piece in _pieces(step)[1::2] if " " in piece.strip()]


def _picture(jpeg: object) -> Markup:
    """Return the address of a screenshot that is part of the page."""
    from markupsafe import Markup  # noqa: PLC0415 - see templates

    encoded = re.sub(r"[^A-Za-z0-9+/=]", "", str(jpeg))
    return Markup(f"data:image/jpeg;base64,{encoded}")  # noqa: S704 - nothing but base64 is left


def _address(url: object) -> str:
    """Return an address that a link may lead to."""
    return str(url) if str(url).startswith(("https://", "http://")) else "#"


def anchor(name: object) -> str:
    """Return the name of an anchor."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", str(name)).strip("-")
