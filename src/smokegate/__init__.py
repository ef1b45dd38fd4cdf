"""Smoke tests that gate deploys: is what was just deployed live and working; if not, why, and what to do.

The package is also the pytest plugin: `-p smokegate` in a project's pytest options opts in.
PYTEST_DONT_REWRITE: our own command has imported this module before pytest could.
"""

from __future__ import annotations

pytest_plugins = ("smokegate.plugin",)
