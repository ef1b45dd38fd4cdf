"""The one fixture that smokegate adds to pytest: `deployment`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import Struct

from smokegate.plugin.run_key import RUN

if TYPE_CHECKING:
    from smokegate.observation.observer import Observer
    from smokegate.plugin.session import Run
    from smokegate.plugin.view import Deployment


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
    case = getattr(request, "param", None)
    if not isinstance(case, Case):
        raise pytest.UsageError(
            "`deployment` cannot be requested dynamically: name it among the test's arguments, "
            "so that the run knows before it starts which environments the test needs"
        )
    return _view_of(request.config.stash[RUN], case)


def _view_of(run: Run, case: Case) -> Deployment:
    """Return a case's view. Nothing is requested before something is read from it."""
    from smokegate.plugin.failures import Blocked  # noqa: PLC0415 - a run without us loads none of it
    from smokegate.plugin.lifecycle import NotStartedError  # noqa: PLC0415 - see above
    from smokegate.plugin.view import Deployment  # noqa: PLC0415 - see above

    def connect() -> Observer:
        if not run.settings.observes:
            pytest.skip("nothing is sent with --setup-only and --setup-plan")
        observed = run.deployment(case.environment)
        if not observed.begun:
            observed.start(())
        try:
            return observed.observer
        except NotStartedError as broken:
            raise Blocked(str(broken)) from None

    return Deployment(connect, case.endpoint, run.touched.append, run)
