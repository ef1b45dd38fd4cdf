"""What the frontend's page is, what its files are, and what its scripts call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.observation.plan.step import ON_BACKEND, preflights
from smokegate.plugin.observed import Observed

if TYPE_CHECKING:
    from smokegate.environment.model import Frontend
    from smokegate.observation.evidence.page_calls import Judgement
    from smokegate.observation.model import ApiAddress, PageView
    from smokegate.plugin.response import Response

FILES = ("script ", "style ", "settings ")
"""How the exchanges of the page's files begin."""


class ObservedFrontend(Observed):
    """One deployment's exchanges, with what a check reads of its frontend."""

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
        section = self.environment.frontend
        assert section is not None, "a check that reads the frontend states needs=('frontend',)"
        return section

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
