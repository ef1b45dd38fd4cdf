"""Looks at a deployment whose server stands in a certain way."""

from __future__ import annotations

import pytest
from tests_support.servers import away, look_at, server_environment, service, view

from smokegate.commands.common import CheckResult


@pytest.fixture
def broken() -> CheckResult:
    """A backend that someone stopped, with nginx's message at the edge."""
    environment = server_environment()
    stopped = view(service("backend", "exited", exit_code=0))
    return look_at(stopped, *away(environment), environment=environment)


@pytest.fixture
def well() -> CheckResult:
    """A deployment on which all is well."""
    return look_at(view())
