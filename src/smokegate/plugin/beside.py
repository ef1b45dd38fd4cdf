"""The plugin as `smokegate run` loads it: beside anything, with options whose names nothing else uses.

PYTEST_DONT_REWRITE: our own command may have imported this module before pytest could.
"""

from __future__ import annotations

pytest_plugins = ("smokegate.plugin",)
