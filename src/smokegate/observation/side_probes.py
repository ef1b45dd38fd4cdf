"""Looks that are no exchanges: the control probes, the server, the platform's API and a browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from smokegate.environment.model import Environment
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.model import ControlProbe, Exchange
from smokegate.observation.transport.causes import Stage
from smokegate.observation.transport.connectivity import is_public, probe
from smokegate.observation.transport.pool import Pool


class SideProbes:
    """Done beside the exchanges, on the pool's threads, without delaying them.

    Args:
        environment: what is looked at.
        pool: does the work.
        condition: guards the state; notified whenever a look is done.
        controls: `host:port` addresses to ask instead of the environment's `control`.
        redactor: learns the secrets that the platform's API shows.
    """

    def __init__(
        self,
        environment: Environment,
        pool: Pool,
        condition: threading.Condition,
        controls: Sequence[str] | None,
        redactor: Redactor,
    ) -> None:
        self._environment = environment
        self._pool = pool
        self._condition = condition
        self._controls = controls
        self._pending = 0
        self._control: dict[str, ControlProbe] = {}
        self.server: Any = None
        """What was seen from the server."""
        self.browser: Any = None
        """What a browser saw."""
        self._in_use = False
        self.platform: Any = None
        """What the platform's API said."""
        self._redactor = redactor

    @property
    def settled(self) -> bool:
        """Whether all that was begun is done."""
        return self._pending == 0

    @property
    def control(self) -> tuple[ControlProbe, ...]:
        """What the control probes found."""
        asked = self._environment.control if self._controls is None else self._controls
        return tuple(self._control[address] for address in asked if address in self._control)

    def look_from_server(self) -> None:
        """Begin to look from the server, where one is declared."""
        if self._environment.server is not None and self._environment.compose is not None:
            self._begin(self._look)

    def look_with_browser(self, done: Callable[[Any, Any], None], **options: Any) -> None:
        """Begin to look through the browser, where that is declared; `done` is told what was seen and who signed in.

        Args:
            done: called from the thread that looked.
            options: of `observation.browser.look.Look`.
        """
        if self._environment.browser is None or self._in_use:
            return
        from smokegate.observation.browser.beside import person_of, time_for  # noqa: PLC0415 -- only where it is declared
        from smokegate.observation.browser.engine import ENGINE  # noqa: PLC0415 -- see above
        from smokegate.observation.browser.look import Look  # noqa: PLC0415 -- see above

        ENGINE.use()
        self._in_use = True
        person = person_of(self._environment)

        def job() -> None:
            self.browser = Look(self._environment, person=person, within=time_for(self._environment), **options).take()
            done(self.browser, person)

        self._begin(job)

    def close(self) -> None:
        """Let go of the browser."""
        if self._in_use:
            from smokegate.observation.browser.engine import ENGINE  # noqa: PLC0415 -- see above

            self._in_use = False
            ENGINE.leave()

    def ask_platform(self) -> None:
        """Begin to ask the platform's API, where it is declared."""
        if self._environment.render is not None:
            self._begin(self._ask_platform)

    def look_elsewhere(self, health: Exchange) -> None:
        """Begin the control probes, if a public host could not be reached."""
        lost = health.no_answer
        if lost is None or lost.cause.stage not in {Stage.NAME, Stage.CONNECT}:
            return
        if self._controls is None and not is_public(self._environment.backend.url):
            return
        for address in self._environment.control if self._controls is None else self._controls:
            self._begin(lambda address=address: self._ask_control(address))  # type: ignore[misc]

    def _begin(self, look: Callable[[], None]) -> None:
        with self._condition:
            self._pending += 1

        def job() -> None:
            try:
                look()
            finally:
                with self._condition:
                    self._pending -= 1
                    self._condition.notify_all()

        self._pool.submit(object(), job)

    def _ask_control(self, address: str) -> None:
        found = probe(address, self._pool.dialer)
        with self._condition:
            self._control[address] = found

    def _look(self) -> None:
        from smokegate.observation.server import look  # noqa: PLC0415 -- only where a server is declared

        self.server = look(self._environment)

    def _ask_platform(self) -> None:
        from smokegate.observation.render.collect import look  # noqa: PLC0415 -- only where it is declared

        assert self._environment.render is not None
        self.platform = look(self._environment.render, self._pool, self._redactor)
