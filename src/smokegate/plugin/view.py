"""`deployment`: the one fixture from which a check reaches everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from smokegate.observation.evidence.version import deployed_version
from smokegate.plugin.backend_view import BackendView
from smokegate.plugin.browser_results import BrowserResults
from smokegate.plugin.client import Client
from smokegate.plugin.failures import Blocked
from smokegate.plugin.observed import needed
from smokegate.plugin.response import Response
from smokegate.plugin.server_results import ServerResults
from smokegate.plugin.sign_in import SignInResponses

if TYPE_CHECKING:
    from smokegate.environment.model import Compose
    from smokegate.observation.plan.step import Group
    from smokegate.plugin.platform_results import PlatformResults


class Deployment(BackendView):
    """One deployment as a check sees it. Each attribute waits only for what it shows."""

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
        section, answer = self.environment.version, response.answered
        return deployed_version(section, answer) if section is not None and answer is not None else None

    @property
    def expected_commit(self) -> str | None:
        """The version that must answer (`--expect-version`, `--expect-commit`), None where none is expected."""
        return self._source.complete(()).expected_commit

    @property
    def sign_in(self) -> SignInResponses:
        """The steps of the sign-in journey. Needs `sign_in`."""
        section = needed(self.environment.sign_in, "the sign-in journey", "('sign_in',)")
        groups: tuple[Group, ...] = ("sign_in", "refusal", "write")
        return SignInResponses(
            self.response,
            section,
            lambda: [self._source.exchange(name) for group in groups for name in self._source.names(group)],
        )

    @property
    def compose(self) -> Compose:
        """The compose project that the environment file declares. Needs `compose`."""
        return needed(self.environment.compose, "the containers", "('server', 'compose')")

    @property
    def server(self) -> ServerResults:
        """What was found on the server that runs the containers. Needs `server` and `compose`."""
        self._seen("server")
        return ServerResults(self.observation.server, self.compose)

    @property
    def browser(self) -> BrowserResults:
        """What a user's browser saw; waits for all of it. Needs `browser`."""
        return BrowserResults(self.environment, self._seen("browser"))

    @property
    def platform(self) -> PlatformResults:
        """What the platform's API says of the services. Needs `render`."""
        from smokegate.plugin.platform_results import PlatformResults  # noqa: PLC0415 - as above

        section = needed(self.environment.render, "the platform", "('render',)")
        self._seen("platform")
        return PlatformResults(self.observation.platform, section, self.expected_commit)

    @property
    def client(self) -> Client:
        """Sends requests of the check's own: bounded, recorded and redacted; keeps cookies for the current test."""
        made = self._run.clients.get(self.name)
        if made is None:
            made = self._run.clients[self.name] = Client(lambda: self._source, self._touched, self._offline)
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

        assert self._run.item is not None, "cleanup is called by a test"
        self._run.item.addfinalizer(clean)
