"""Makes docs/report.png, the picture of a report in the README: `python tests/browser/picture.py`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from playwright.sync_api import sync_playwright  # noqa: E402 - the path comes first
from tests_support.run_documents import run_of  # noqa: E402 - see above

from smokegate.report import comparison, history  # noqa: E402 - see above
from smokegate.report.page import page  # noqa: E402 - see above

BEFORE = [*["PASS"] * 7, "database", *["PASS"] * 11]


def main() -> None:
    """Render a run that a deploy broke, after nineteen others, and photograph its first screen."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        for minutes, kind in enumerate(BEFORE):
            document = run_of(kind, minutes=minutes)
            document["environments"][0]["version"] = f"{0x3C1F9B * (minutes + 1):010x}" * 4
            history.append(
                history.history_file(folder, "staging"), history.entry(document, document["environments"][0])
            )
        document = run_of("no-server", minutes=len(BEFORE))
        comparison.compare(document, folder, None)
        (folder / "report.html").write_text(page(document), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": 1120, "height": 760})
        shown.goto((folder / "report.html").as_uri())
        shown.screenshot(path=ROOT / "docs" / "report.png")
        browser.close()


if __name__ == "__main__":
    main()
