"""Findings as SARIF 2.1.0, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from smokegate.project import VERSION, page

if TYPE_CHECKING:
    from smokegate.commands.blueprint.read import Finding

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(file: str, findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the document for one file."""
    rules = sorted({each.rule for each in findings})
    driver = {
        "name": "smokegate preflight",
        "version": VERSION,
        "informationUri": page("docs/render.md"),
        "rules": [{"id": rule, "shortDescription": {"text": rule}} for rule in rules],
    }
    results = [
        {
            "ruleId": each.rule,
            "level": each.level,
            "message": {"text": each.text},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": file},
                        "region": {"startLine": each.line, "startColumn": each.column},
                    }
                }
            ],
        }
        for each in findings
    ]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
