"""Loads a script that stands beside a test: tests are not packages, so that they cannot import it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any


def beside(test: str, name: str) -> Any:
    """Return a script of the folder of a test as a module.

    Args:
        test: the test's `__file__`.
        name: of the script, without `.py`.
    """
    path = Path(test).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
