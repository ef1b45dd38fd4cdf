"""What a view of a deployment is made of: its file, its exchanges, its frontend, waited for when they are read."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from smokegate.observation.model import ApiAddress, InterruptedRunError, Observation, PageView
from smokegate.observation.plan.step import GROUPS, ON_BACKEND, Group, preflights
from smokegate.plugin.failures import Blocked
from smokegate.plugin.response import Response

if TYPE_CHECKING:
    from datetime import datetime

    from smokegate.environment.model import Environment, Expectation, Frontend
    from smokegate.observation.evidence.page_calls import Judgement
    from smokegate.observation.exchange import Exchange
    from smokegate.observation.observer import Observer
    from smokegate.plugin.session import Run


FILES = ("script ", "style ", "settings ")
"""How the exchanges of the page's files begin."""


Section = TypeVar("Section")


def needed(section: Section | None, what: str, needs: str) -> Section:
    """Return a section of the environment file; a check that reads from it must state that it needs it."""
    assert section is not None, f"a check that reads {what} must declare needs={needs}"
    return section


class Observed:
    """One deployment's exchanges, with what a check reads of its frontend.

    `connect` is called when something is first read, `touched` with the name of each exchange that is read.
    """

    def __init__(
        self, connect: Callable[[], Observer], endpoint_index: int | None, touched: Callable[[str], None], run: Run
    ) -> None:
        self._connect = connect
        self._endpoint_index = endpoint_index
        self._touched = touched
        self._run = run

    @cached_property
    def _source(self) -> Observer:
        return self._connect()

    @property
    def environment(self) -> Environment:
        """The environment file, with the addresses that the deployment really has."""
        return self._source.environment

    @property
    def name(self) -> str:
        """The environment's name."""
        return self.environment.name

    @property
    def observation(self) -> Observation:
        """Everything that was observed; waits for all of it."""
        return self._source.complete()

    @property
    def started(self) -> datetime:
        """When the observation began."""
        return self._source.complete(()).started

    def response(self, name: str) -> Response:
        """Return the outcome of a request, by the exchange's name as in reports: `health`, `preflight`."""
        return Response(self._exchange(name), self._offline, self._declared(name))

    def _seen(self, group: Group) -> Observation:
        """Return what was observed, once all of a group is there; starts it where it was not."""
        self._source.start((group,))
        return self._source.complete((group,))

    def _exchange(self, name: str) -> Exchange:
        missing = self.environment.missing
        if missing and not any(name in self._source.names(group) for group in GROUPS):
            raise Blocked(f"{' and '.join(missing)} not set: no test credentials configured")
        self._touched(name)
        try:
            return self._source.exchange(name)
        except InterruptedRunError as cut_short:
            raise Blocked(str(cut_short)) from None

    def _declared(self, name: str) -> Expectation | None:
        sample = name == "health" or name.startswith("health ")
        return self.environment.backend.health if sample else None

    def _offline(self) -> bool:
        control = self.observation.control
        return bool(control) and not any(probe.reached for probe in control)

    @property
    def preflights(self) -> list[Response]:
        """What a browser is answered that asks whether the frontend's pages may sign in and read the account."""
        return [self.response(name) for name in preflights(self.environment.sign_in)]

    @property
    def page(self) -> Response:
        """The frontend's page. Needs `frontend`."""
        return self.response("page")

    @property
    def frontend(self) -> Frontend:
        """What the environment file says of the frontend. Needs `frontend`."""
        return needed(self.environment.frontend, "the frontend", "('frontend',)")

    @property
    def api_addresses(self) -> tuple[ApiAddress, ...]:
        """The addresses that the page's scripts call; waits for all of them. Needs `frontend`."""
        return self._seen("frontend").api_addresses

    @property
    def page_calls(self) -> Judgement:
        """What the page's scripts call, judged; waits for all of them. Needs `frontend`."""
        from smokegate.observation.evidence.page_calls import judged  # noqa: PLC0415 - imported where it is read

        return judged(self.environment, self._seen("frontend"))

    @property
    def called_by_page(self) -> tuple[Response, ...]:
        """Calls to the backend that were made as the page makes them; waits for all of them. Needs `frontend`."""
        return tuple(self.response(n) for n in self._seen("frontend").exchanges if n.startswith(ON_BACKEND))

    def page_sends_cookies(self, call: Response) -> bool:
        """Whether the page makes such a call with cookies, for which `*` is no permission. Needs `frontend`."""
        from smokegate.observation.evidence.page_calls import sends_cookies  # noqa: PLC0415 - imported where it is read

        return sends_cookies(self.environment, self._seen("frontend"), call.exchange)

    @property
    def page_files(self) -> tuple[Response, ...]:
        """The files without which the page does not work and which a browser cannot use. Needs `frontend`."""
        seen = self._seen("frontend")
        broken = {each.exchange for each in seen.page.broken} if seen.page else set()
        silent = {name for name, each in seen.exchanges.items() if name.startswith(FILES) and each.no_answer}
        return tuple(self.response(name) for name in seen.exchanges if name in broken | silent)

    @property
    def page_view(self) -> PageView | None:
        """What was read of the page; waits for all of it. Needs `frontend`."""
        return self._seen("frontend").page
