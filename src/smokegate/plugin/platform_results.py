"""What the platform's API said, as a check sees it."""

from __future__ import annotations

from msgspec import Struct

from smokegate.environment.render import Render
from smokegate.observation.evidence.version import same_commit
from smokegate.observation.render.model import DeployView, PlatformView, RenderDatabase, RenderService
from smokegate.plugin.failures import Blocked, ExpectationFailed, Judging, NotJudged


class PlatformResults(Judging, Struct, frozen=True):
    """What was collected from the API; `collected` is None where collecting itself failed."""

    collected: PlatformView | None
    section: Render
    expected_commit: str | None = None

    @property
    def view(self) -> PlatformView:
        """What the API said.

        Raises:
            Blocked: it could not be queried, which says nothing of the deployment.
        """
        if self.collected is None:
            raise Blocked("the platform's API could not be queried")
        if self.collected.cause is not None:
            raise Blocked(self.collected.trouble)
        return self.collected

    @property
    def services(self) -> tuple[RenderService, ...]:
        """The services that the file names and the API knows; raises as `view` does."""
        return tuple(each for each in self.view.services.values() if each.found)

    @property
    def backend(self) -> RenderService:
        """The backend's service.

        Raises:
            Blocked: the API does not know it, or could not be queried.
        """
        found = self.view.backend
        if found is None or not found.found:
            raise Blocked(f"Render's API knows no service {self.section.service}")
        return found

    @property
    def database(self) -> RenderDatabase | None:
        """The database; raises `Blocked` where its state could not be read."""
        if self.view.database_trouble:
            raise Blocked(f"the state of the database could not be read: {self.view.database_trouble}")
        return self.view.database

    def readable(self, what: str) -> RenderService:
        """Return the backend's service where a part of it could be read.

        Raises:
            Blocked: it could not, which says nothing of the deployment.
        """
        found = self.backend
        unread = next((each for each in found.unread if each.startswith(f"{what}:")), None)
        if unread is not None:
            raise Blocked(f"Render's API did not show the {unread}")
        return found

    def expect_live(self, service: RenderService) -> None:
        """State that the latest deploy of a service is live, and of the expected commit.

        Raises:
            ExpectationFailed: it is not.
            NotJudged: it is in progress while nothing in particular is expected.
        """
        latest = service.latest
        expected = f"a live deploy of {service.name}"
        if latest is None:
            raise ExpectationFailed(expected, "no deploy at all")
        if latest.meaning == "in progress" and self.expected_commit is None:
            raise NotJudged(f"a deploy of {service.name} is in progress: {latest.status}")
        self.expect(latest.meaning == "live", expected, f"{latest.label} is {latest.status}")
        if self.expected_commit is not None and service is self.view.backend and latest.commit is not None:
            same = same_commit(self.expected_commit, latest.commit)
            self.expect(same, f"commit {self.expected_commit} live", f"commit {latest.commit} is")

    @property
    def live(self) -> DeployView | None:
        """The deploy of the backend that is live; raises as `backend` does."""
        return self.backend.live
