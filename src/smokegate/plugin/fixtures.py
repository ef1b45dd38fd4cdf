"""The one fixture that smokegate adds to pytest: `deployment`."""

from __future__ import annotations

import pytest
from msgspec import Struct


class Case(Struct, frozen=True):
    """What one case of a check is about: an environment, and one of its endpoints where there is a case for each."""

    environment: str
    endpoint: int | None = None
    label: str | None = None
    """What names the endpoint."""

    @property
    def id(self) -> str:
        """What stands in brackets in the test's id."""
        return self.environment if self.label is None else f"{self.environment}-{self.label}"


@pytest.fixture(scope="session")
def deployment(request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]  # noqa: ANN201 - typed in smokegate.api, imported only where it is used
    """The deployment to check: `smokegate.api.Deployment`, from which everything is reached.

    A test that uses it has one case for each environment of the run.
    """
    from smokegate.plugin.connect import view_of  # noqa: PLC0415 - see above

    case = getattr(request, "param", None)
    if not isinstance(case, Case):
        raise pytest.UsageError(
            "`deployment` cannot be requested dynamically: name it among the test's arguments, "
            "so that the run knows before it starts which environments the test needs"
        )
    return view_of(request.config, case)
