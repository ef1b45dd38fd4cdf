"""The one difference between the naive suite and the better one: whether connections are kept."""

from __future__ import annotations

import os
from types import ModuleType

import pytest
import requests


@pytest.fixture(scope="session")
def http() -> ModuleType | requests.Session:
    """`requests` itself, as most suites use it, or with `BENCH_SESSION` set one session for all tests."""
    return requests.Session() if os.environ.get("BENCH_SESSION") else requests
