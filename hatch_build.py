"""Compiles the report's templates into modules of the wheel: else every run in a fresh installation compiles them."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledTemplates(BuildHookInterface):  # type: ignore[type-arg] # hatchling's own configuration class
    """An editable install has no wheel to put them in: there Jinja2's cache of bytecode does the same."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile into a folder that is gone after the build."""
        self._folder = TemporaryDirectory()
        if version == "editable":
            return
        sys.path.insert(0, str(Path(self.root) / "src"))
        from smokegate.report.page import MODULES, templates  # noqa: PLC0415 - needs the path

        templates().compile_templates(self._folder.name, ["html", "css"], zip=None, ignore_errors=False)
        build_data["force_include"][self._folder.name] = f"smokegate/report/page/{MODULES.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - hatchling's
        """Remove the folder."""
        self._folder.cleanup()
