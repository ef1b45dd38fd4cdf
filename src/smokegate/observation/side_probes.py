"""Probes beside the exchanges: control hosts, server, platform API and browser."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any
from urllib.parse import urlsplit

from smokegate.environment.model import Environment
from smokegate.observation.evidence.discover import discover_in_text
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.exchange import Exchange
from smokegate.observation.model import ControlProbe
from smokegate.observation.plan.step import Group
from smokegate.observation.transport.causes import Stage
from smokegate.observation.transport.dial import Dialer
from smokegate.observation.transport.pool import Pool


class SideProbes:
    """Runs probes on the pool's threads without delaying the exchanges.

    Args:
        environment: the deployment.
        pool: runs the probes.
        condition: guards the state; notified when a probe is done.
        controls: `host:port` addresses to use instead of the environment's `control`.
        redactor: learns the secrets found in logs and platform API responses.
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
        """The server view."""
        self.browser: Any = None
        """The browser view."""
        self._leave_browser: Callable[[], None] | None = None
        self.platform: Any = None
        """The platform view."""
        self._redactor = redactor

    @property
    def settled(self) -> bool:
        """Whether all started probes are done."""
        return self._pending == 0

    @property
    def control(self) -> tuple[ControlProbe, ...]:
        """Results of the control probes."""
        addresses = self._environment.control if self._controls is None else self._controls
        return tuple(self._control[address] for address in addresses if address in self._control)

    @property
    def views(self) -> dict[str, Any]:
        """The results, keyed by `Observation` field."""
        return {
            "control": self.control,
            "server": self.server,
            "browser": self.browser,
            "platform": self.platform,
        }

    def begin(self, groups: Collection[Group]) -> None:
        """Start server collection and platform API queries, where requested and declared."""
        if "server" in groups and self._environment.server is not None and self._environment.compose is not None:
            self._begin(self._collect_server)
        if "platform" in groups and self._environment.render is not None:
            self._begin(self._query_platform)

    def run_browser(self, done: Callable[[Any, Any], None], **options: Any) -> None:
        """Start the browser if one is declared; `done` gets its view and the user who signed in.

        Args:
            done: called on the browser run's thread.
            options: passed to `observation.browser.visit.Visit`.
        """
        if self._environment.browser is None or self._leave_browser is not None:
            return
        from smokegate.observation.browser.engine import ENGINE  # noqa: PLC0415 -- see above
        from smokegate.observation.browser.follow_up import person_of, time_limit  # noqa: PLC0415 -- only where it is declared
        from smokegate.observation.browser.visit import Visit  # noqa: PLC0415 -- see above

        self._leave_browser = leave = ENGINE.use()
        person = person_of(self._environment)

        def job() -> None:
            try:
                visit = Visit(self._environment, person=person, within=time_limit(self._environment), **options)
                self.browser = visit.take()
            finally:
                leave()  # the browser exits while the tests go on
            done(self.browser, person)

        self._begin(job)

    def close(self) -> None:
        """Stop the browser if it was used, and wait for its exit."""
        if self._leave_browser is not None:
            from smokegate.observation.browser.engine import ENGINE  # noqa: PLC0415 -- see above

            self._leave_browser()
            ENGINE.join()

    def probe_controls(self, health: Exchange) -> None:
        """Start the control probes if a public host was unreachable."""
        lost = health.no_answer
        if lost is None or lost.cause.stage not in {Stage.NAME, Stage.CONNECT}:
            return
        if self._controls is None and not is_public(self._environment.backend.url):
            return
        for address in self._environment.control if self._controls is None else self._controls:
            self._begin(lambda address=address: self._probe_control(address))  # type: ignore[misc]

    def _begin(self, probing: Callable[[], None]) -> None:
        with self._condition:
            self._pending += 1

        def job() -> None:
            try:
                probing()
            finally:
                with self._condition:
                    self._pending -= 1
                    self._condition.notify_all()

        self._pool.submit(object(), job)

    def _probe_control(self, address: str) -> None:
        found = probe(address, self._pool.dialer)
        with self._condition:
            self._control[address] = found

    def _collect_server(self) -> None:
        from smokegate.observation.server.collect import collect  # noqa: PLC0415 -- only where a server is declared

        self.server = collect(self._environment)
        for line in (line for service in self.server.services for line in service.log):
            discover_in_text(line.text, self._redactor)

    def _query_platform(self) -> None:
        from smokegate.observation.render.collect import collect_platform  # noqa: PLC0415 -- only where it is declared

        assert self._environment.render is not None
        self.platform = collect_platform(self._environment.render, self._pool, self._redactor)


TIMEOUT = 3.0
#: Domains that are never on the internet (RFC 2606, RFC 6761, RFC 6762).
LOCAL_NAMES = (".invalid", ".test", ".localhost", ".local", ".example", ".internal", ".home.arpa")


def is_public(url: str) -> bool:
    """Return whether a URL names a host on the internet: only then are control hosts meaningful."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(LOCAL_NAMES)


def probe(address: str, dialer: Dialer) -> ControlProbe:
    """Connect to `host:port` and disconnect."""
    from smokegate.observation.transport.errors import cause_of  # noqa: PLC0415 -- knows urllib3, which is imported late

    host, _, port = address.rpartition(":")
    try:
        dialer.tcp(host.strip("[]"), int(port), time.monotonic() + TIMEOUT, {}).close()
    except (OSError, ValueError) as error:
        return ControlProbe(address, reached=False, cause=cause_of(error)[0])
    return ControlProbe(address, reached=True)
