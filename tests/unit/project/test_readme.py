"""What the README says is there is there."""

from __future__ import annotations

import re
import tomllib

import pytest
from tests_support.run_documents import run_of
from tests_support.running import ROOT

from smokegate.environment.load import load
from smokegate.project import page
from smokegate.report.terminal import block

PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    *(str(p.relative_to(ROOT)) for p in sorted((ROOT / "docs").glob("*.md"))),
]


def test_readme_is_no_manual():
    """The README has at most 120 lines."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    """Every relative link of a page names a file of the project."""
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:)([^)#\s]+)", text)

    missing = [target for target in targets if not ((ROOT / page).parent / target).exists()]

    assert missing == []


def test_make_targets_of_the_readme_exist():
    """Every `make …` that the README shows is a target."""
    shown = set(re.findall(r"^make (\w+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    there = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

    assert shown
    assert shown <= there


def test_the_environment_file_of_the_readme_loads(tmp_path):
    """The TOML that the README shows is a valid environment file."""
    (block,) = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "staging.toml").write_text(block, encoding="utf-8")

    (environment,) = load(["staging"], directory=tmp_path, variables={})

    assert environment.title == tomllib.loads(block)["title"]


def test_requirements_name_no_index():
    """The pinned requirements have a hash for each file and name no host to fetch them from."""
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        pinned = re.findall(r"^[a-z0-9._-]+(?:\[[^\]]*\])?==[^ ]+", text, re.MULTILINE | re.IGNORECASE)

        assert "--hash=sha256:" in text
        assert pinned
        assert len(pinned) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE | re.IGNORECASE))
        assert not re.search(r"https?://|--index-url|--extra-index-url|--find-links", text)


def test_the_sample_is_what_a_run_prints() -> None:
    """The run that the README shows is the product's own output, at 100 columns."""
    (sample,) = re.findall(r"\$ pytest --env=staging\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    shown = [
        line.text.replace(page("docs/"), "docs/") for line in block(run_of("no-server"), "reports/staging.html", 100)
    ]

    assert sample.splitlines() == shown
