"""The files that every run leaves: the run's JSON, and what is rendered from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from smokegate.report import json as json_report
from smokegate.report.ctrf import ctrf
from smokegate.report.github import write_summary
from smokegate.report.json import write_pieces, write_whole
from smokegate.report.markdown import markdown

Document = dict[str, Any]


def write_all(
    document: Document, base: Path, variables: Mapping[str, str], *, own_page: bool = True, record: Path | None = None
) -> Iterator[str]:
    """Write every file of a run, and yield a line for each that could not be written.

    One that fails takes none of the others with it, and changes no verdict.

    Args:
        document: the run's JSON.
        base: the files' path without ending.
        variables: the process's environment, in which GitHub names the file of the job summary.
        own_page: whether the page is ours; not where pytest-html writes the same file.
        record: another file for the run's JSON, to compare a later run with.
    """
    writers: dict[str, Callable[[], None]] = {
        f"{base}.json": lambda: json_report.write(document, _ending(base, "json")),
        f"{base}.html": lambda: _page(document, _ending(base, "html")),
        f"{base}.md": lambda: write_whole(_ending(base, "md"), markdown(document).encode("utf-8", "replace")),
        "the job summary": lambda: write_summary(document, variables),
    }
    results = ctrf_file(base)
    writers[str(results)] = lambda: json_report.write(ctrf(document), results)
    if not own_page:
        del writers[f"{base}.html"]
    if record is not None:
        writers[str(record)] = lambda: json_report.write(document, record)
    if any(each["verdict"] in {"FAIL", "OUTAGE"} for each in document["environments"]):
        kept = base.parent / "history" / f"{base.name}.red.json"
        writers[str(kept)] = lambda: json_report.write(document, kept)
    yield from _written(writers)


def write_index(reports: Path) -> Iterator[str]:
    """Write the page over all environments, and yield a line where that is not possible."""
    from smokegate.report.page import index  # noqa: PLC0415 - imports Jinja2

    page = reports / "index.html"
    yield from _written({str(page): lambda: write_whole(page, index(reports).encode("utf-8", "replace"))})


def _written(writers: Mapping[str, Callable[[], None]]) -> Iterator[str]:
    failed: dict[str, str] = {}
    for name, write in writers.items():
        try:
            write()
        except Exception as error:  # noqa: BLE001 - a page that cannot be written changes no verdict, and ends no run
            words = (error.strerror or repr(error)) if isinstance(error, OSError) else repr(error)
            failed[name] = words[:1].lower() + words[1:]
    for why in dict.fromkeys(failed.values()):
        yield f"not written: {', '.join(name for name, words in failed.items() if words == why)}: {why}"


def ctrf_file(base: Path) -> Path:
    """Return where a run's CTRF report is: in that format's own folder, beside the others."""
    return base.parent / "ctrf" / f"{base.name}.json"


def _ending(base: Path, ending: str) -> Path:
    return base.with_name(f"{base.name}.{ending}")


def _page(document: Document, path: Path) -> None:
    from smokegate.report.page import page_pieces  # noqa: PLC0415 - imports Jinja2

    write_pieces(path, page_pieces(document))
