"""`deployment`: the one fixture from which a check reaches everything."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from smokegate.observation.model import InterruptedRunError
from smokegate.observation.plan.step import ON_BACKEND, preflights
from smokegate.plugin.failures import Blocked
from smokegate.plugin.response import EndpointResponse, MonitoringResponse, Response

if TYPE_CHECKING:
    from datetime import datetime

    from smokegate.environment.model import Compose, Endpoint, Environment, Expectation, Frontend
    from smokegate.observation.evidence.assertions import Unmet
    from smokegate.observation.evidence.page_calls import Judgement
    from smokegate.observation.exchange import Exchange
    from smokegate.observation.model import ApiAddress, Observation, PageView
    from smokegate.observation.plan.step import Group
    from smokegate.plugin.browser_results import BrowserResults
    from smokegate.plugin.client import Client
    from smokegate.plugin.platform_results import PlatformResults
    from smokegate.plugin.server_results import ServerResults
    from smokegate.plugin.sign_in import SignInResponses
    from smokegate.plugin.source import CurrentTest, Source


PAGES: tuple[Group, ...] = ("frontend",)
FILES = ("script ", "style ", "settings ")
"""How the exchanges of the page's files begin."""


class Deployment:
    """One deployment as a check sees it. Each attribute waits only for what it shows.

    Args:
        connect: returns where exchanges come from; called when something is first read.
        endpoint_index: which declared endpoint this case is about, None where it is about none.
        touched: called with the name of each exchange that is read.
        test: what is known of the test that runs.
    """

    def __init__(
        self,
        connect: Callable[[], Source],
        endpoint_index: int | None,
        touched: Callable[[str], None],
        test: CurrentTest,
    ) -> None:
        self._connect = connect
        self._endpoint_index = endpoint_index
        self._touched = touched
        self._test = test

    @cached_property
    def _source(self) -> Source:
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

    @property
    def preflights(self) -> list[Response]:
        """What a browser is answered that asks whether the frontend's pages may sign in and read the account."""
        return [self.response(name) for name in preflights(self.environment.sign_in)]

    @property
    def health(self) -> Response:
        """The first answer of the health check."""
        return self.response("health")

    @property
    def samples(self) -> list[Response]:
        """Every answer of the health check."""
        return [self.response(name) for name in self._source.names("health")]

    @property
    def wrong_identity(self) -> tuple[Unmet, ...]:
        """What says that the health check was answered by another service; raises as `health.answer` does."""
        from smokegate.diagnosis.identity import strangers  # noqa: PLC0415 - imported where it is read

        return strangers(self.environment.backend.health, self.health.answer)

    def endpoint(self, label: str | None = None) -> EndpointResponse:
        """Return what a declared endpoint answered: by path, or without one that of this check's case.

        Raises:
            LookupError: the file declares no such endpoint, or the check has no case of its own.
        """
        from smokegate.observation.plan.backend import endpoint_name  # noqa: PLC0415 - as above

        found = self._endpoint(label)
        return EndpointResponse(self._exchange(endpoint_name(found)), self._offline, found)

    @property
    def endpoint_samples(self) -> list[EndpointResponse]:
        """Every answer of the endpoint that this check's case is about, the first one first.

        Endpoints that touch the database are requested several times, each on a connection of its own.
        """
        from smokegate.diagnosis.exchange_names import is_of  # noqa: PLC0415 - as above
        from smokegate.observation.plan.backend import endpoint_name  # noqa: PLC0415 - as above

        found = self._endpoint(None)
        first = endpoint_name(found)
        names = [each for each in self._source.names("endpoints") if is_of(each, first)]
        return [EndpointResponse(self._exchange(name), self._offline, found) for name in names]

    def _endpoint(self, label: str | None) -> Endpoint:
        declared = self.environment.backend.endpoints
        if label is not None:
            for each in declared:
                if label in {each.label, each.path}:
                    return each
            there = ", ".join(each.label for each in declared) or "none"
            raise LookupError(f"{self.name} declares no endpoint {label!r}; it declares {there}")
        if self._endpoint_index is None:
            raise LookupError('name a path, or mark the check with needs=("endpoint",) to get one case for each')
        return declared[self._endpoint_index]

    @property
    def monitoring(self) -> MonitoringResponse:
        """The monitoring summary. Needs `backend.monitoring`."""
        section = self.environment.backend.monitoring
        assert section is not None, "a check that reads monitoring states needs=('backend.monitoring',)"
        return MonitoringResponse(self._exchange("monitoring"), self._offline, section)

    @property
    def version(self) -> Response:
        """The answer in which the deployed commit is read. Needs `version`."""
        return self.response("version")

    @property
    def version_is_in_samples(self) -> bool:
        """Whether each answer of the health check says which version it is."""
        from smokegate.observation.plan.backend import version_is_health  # noqa: PLC0415 - as above

        return version_is_health(self.environment)

    @property
    def commit(self) -> str | None:
        """The version that answered, or that a vantage point says is there; None where it is not known.

        Raises:
            Blocked: nothing says it: no `[version]`, or its vantage point could not be queried.
        """
        section = self.environment.version
        if section is not None and section.path:
            return self.commit_in(self.version)
        if section is not None and section.from_ == "label":
            assert self.server.view
            return self.observation.commit
        if self.environment.render is None:
            raise Blocked(f"no way to read the version: {self.environment.file_shown} has no [version]")
        live = self.platform.live
        return live.commit if live is not None else None

    @property
    def version_is_answered(self) -> bool:
        """Whether an answer says which version it is, rather than a vantage point."""
        section = self.environment.version
        return section is not None and bool(section.path)

    def commit_in(self, response: Response) -> str | None:
        """Return the version that an answer names, None where it names none. Needs `version`."""
        from smokegate.observation.evidence.version import deployed_version  # noqa: PLC0415 - as above

        section, answer = self.environment.version, response.answered
        return deployed_version(section, answer) if section is not None and answer is not None else None

    @property
    def expected_commit(self) -> str | None:
        """The version that must answer (`--expect-version`, `--expect-commit`), None where none is expected."""
        return self._source.complete(()).expected_commit

    @property
    def sign_in(self) -> SignInResponses:
        """The steps of the sign-in journey. Needs `sign_in`."""
        from smokegate.plugin.sign_in import SignInResponses  # noqa: PLC0415 - as above

        section = self.environment.sign_in
        assert section is not None, "a check that reads the sign-in journey states needs=('sign_in',)"
        groups: tuple[Group, ...] = ("sign_in", "refusal", "write")
        return SignInResponses(
            self.response,
            section,
            lambda: [self._source.exchange(name) for group in groups for name in self._source.names(group)],
        )

    @property
    def page(self) -> Response:
        """The frontend's page. Needs `frontend`."""
        return self.response("page")

    @property
    def frontend(self) -> Frontend:
        """What the environment file says of the frontend. Needs `frontend`."""
        section = self.environment.frontend
        assert section is not None, "a check that reads the frontend states needs=('frontend',)"
        return section

    @property
    def api_addresses(self) -> tuple[ApiAddress, ...]:
        """The addresses that the page's scripts call; waits for all of them. Needs `frontend`."""
        group: tuple[Group, ...] = ("frontend",)
        self._source.start(group)
        return self._source.complete(group).api_addresses

    @property
    def page_calls(self) -> Judgement:
        """What the page's scripts call, judged; waits for all of them. Needs `frontend`."""
        self._source.start(PAGES)
        from smokegate.observation.evidence.page_calls import judged  # noqa: PLC0415 - as above

        return judged(self.environment, self._source.complete(PAGES))

    @property
    def called_by_page(self) -> tuple[Response, ...]:
        """Calls to the backend that were made as the page makes them; waits for all of them. Needs `frontend`."""
        self._source.start(PAGES)
        return tuple(self.response(n) for n in self._source.complete(PAGES).exchanges if n.startswith(ON_BACKEND))

    @property
    def page_files(self) -> tuple[Response, ...]:
        """The files without which the page does not work and which a browser cannot use. Needs `frontend`."""
        self._source.start(PAGES)
        seen = self._source.complete(PAGES)
        broken = {each.exchange for each in seen.page.broken} if seen.page else set()
        silent = {name for name, each in seen.exchanges.items() if name.startswith(FILES) and each.no_answer}
        return tuple(self.response(name) for name in seen.exchanges if name in broken | silent)

    @property
    def page_view(self) -> PageView | None:
        """What was read of the page; waits for all of it. Needs `frontend`."""
        self._source.start(PAGES)
        return self._source.complete(PAGES).page

    @property
    def compose(self) -> Compose:
        """The compose project that the environment file declares. Needs `compose`."""
        section = self.environment.compose
        assert section is not None, "a check that reads the containers states needs=('server', 'compose')"
        return section

    @property
    def server(self) -> ServerResults:
        """What was found on the server that runs the containers. Needs `server` and `compose`."""
        from smokegate.plugin.server_results import ServerResults  # noqa: PLC0415 - as above

        group: tuple[Group, ...] = ("server",)
        self._source.start(group)
        return ServerResults(self.observation.server, self.compose)

    @property
    def browser(self) -> BrowserResults:
        """What a user's browser saw; waits for all of it. Needs `browser`."""
        from smokegate.plugin.browser_results import BrowserResults  # noqa: PLC0415 - as above

        group: tuple[Group, ...] = ("browser",)
        self._source.start(group)
        return BrowserResults(self.environment, self._source.complete(group))

    @property
    def platform(self) -> PlatformResults:
        """What the platform's API says of the services. Needs `render`."""
        from smokegate.plugin.platform_results import PlatformResults  # noqa: PLC0415 - as above

        section = self.environment.render
        assert section is not None, "a check that reads the platform states needs=('render',)"
        group: tuple[Group, ...] = ("platform",)
        self._source.start(group)
        return PlatformResults(self.observation.platform, section, self.expected_commit)

    @property
    def client(self) -> Client:
        """Sends requests of the check's own: bounded, recorded and redacted; keeps cookies for the current test."""
        from smokegate.plugin.client import Client  # noqa: PLC0415 - as above

        made = self._test.clients.get(self.name)
        if made is None:
            made = self._test.clients[self.name] = Client(lambda: self._source, self._touched, self._offline)
        return made

    def cleanup(self, action: Callable[..., object], *args: object, **named: object) -> None:
        """Have something done when the current test has ended, also after a failure or an interrupt, the last first.

        Args:
            action: what is done, such as `deployment.client.delete`.
            args: what it is called with.
            named: what it is called with by name.
        """
        client = self.client

        def clean() -> None:
            client.cleaning = True
            action(*args, **named)

        assert self._test.item is not None, "cleanup is called by a test"
        self._test.item.addfinalizer(clean)

    def _exchange(self, name: str) -> Exchange:
        planned = any(name in self._source.names(group) for group in _groups())
        if not planned and self.environment.missing:
            raise Blocked(f"{' and '.join(self.environment.missing)} not set: no test credentials configured")
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


def _groups() -> tuple[Group, ...]:
    from smokegate.observation.plan.step import GROUPS  # noqa: PLC0415 - as above

    return GROUPS
