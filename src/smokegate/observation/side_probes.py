"""Probes beside the exchanges: control hosts, server, platform API and browser."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from smokegate.environment.model import Environment
from smokegate.observation.evidence.discover import discover_in_text
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.exchange import Exchange
from smokegate.observation.model import ControlProbe
from smokegate.observation.plan.step import Group, Step
from smokegate.observation.transport.causes import Stage
from smokegate.observation.transport.dial import Dialer
from smokegate.observation.transport.pool import Pool

if TYPE_CHECKING:
    from smokegate.observation.browser.follow_up import FollowUp
    from smokegate.observation.plan.sign_in.flow import SignInPlan

TIMEOUT = 3.0
"""Seconds to connect to a control host."""
#: Domains that are never on the internet (RFC 2606, RFC 6761, RFC 6762).
LOCAL_NAMES = (".invalid", ".test", ".localhost", ".local", ".example", ".internal", ".home.arpa")


class SideProbes:
    """Runs probes on the pool's threads without delaying the exchanges.

    The condition guards the state and is notified when a probe is done. `controls` are `host:port` addresses to use
    instead of the environment's. The redactor learns the secrets found in logs and platform API responses.
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
        self._only_public = controls is None
        self._controls = environment.control if controls is None else controls
        self._redactor = redactor
        self._pending = 0
        self._control: dict[str, ControlProbe] = {}
        self._views: dict[str, Any] = dict.fromkeys(("server", "browser", "platform"))
        self._leave_browser: Callable[[], None] | None = None

    @property
    def settled(self) -> bool:
        """Whether all started probes are done."""
        return self._pending == 0

    @property
    def views(self) -> dict[str, Any]:
        """The results, keyed by `Observation` field."""
        control = tuple(self._control[address] for address in self._controls if address in self._control)
        return {"control": control, **self._views}

    def begin(
        self, groups: Collection[Group], sign_in: SignInPlan | None, begin: Callable[[Iterable[Step]], None]
    ) -> None:
        """Start the requested and declared probes; `begin` starts the requests that follow a browser run."""
        declared = self._environment
        if "server" in groups and declared.server is not None and declared.compose is not None:
            self._begin(self._collect_server)
        if "platform" in groups and declared.render is not None:
            self._begin(self._query_platform)
        if "browser" in groups and declared.browser is not None and self._leave_browser is None:
            from smokegate.observation.browser.engine import ENGINE  # noqa: PLC0415 -- only where it is declared
            from smokegate.observation.browser.follow_up import FollowUp  # noqa: PLC0415 -- see above

            self._leave_browser = ENGINE.use()
            self._begin(partial(self._visit, FollowUp(declared, sign_in, begin)))

    def close(self) -> None:
        """Stop the browser if it was used, and wait for its exit."""
        if self._leave_browser is not None:
            from smokegate.observation.browser.engine import ENGINE  # noqa: PLC0415 -- see above

            self._leave_browser()
            ENGINE.join()

    def probe_controls(self, exchange: Exchange) -> None:
        """Start the control probes if this is the health check and a public host was unreachable."""
        lost = exchange.no_answer if exchange.name == "health" else None
        if lost is None or lost.cause.stage not in {Stage.NAME, Stage.CONNECT}:
            return
        if self._only_public and not is_public(self._environment.backend.url):
            return
        for address in self._controls:
            self._begin(partial(self._probe_control, address))

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

    def _visit(self, follow_up: FollowUp) -> None:
        from smokegate.observation.browser.visit import Visit  # noqa: PLC0415 -- see `begin`

        assert self._leave_browser is not None
        person, limit = follow_up.person, follow_up.time_limit
        try:
            visit = Visit(self._environment, self._redactor, person, follow_up.sending, limit)
            view = self._views["browser"] = visit.take()
        finally:
            self._leave_browser()  # the browser exits while the tests go on
        follow_up.done(view)

    def _collect_server(self) -> None:
        from smokegate.observation.server.collect import collect  # noqa: PLC0415 -- only where a server is declared

        view = self._views["server"] = collect(self._environment)
        for line in (line for service in view.services for line in service.log):
            discover_in_text(line.text, self._redactor)

    def _query_platform(self) -> None:
        from smokegate.observation.render.collect import collect_platform  # noqa: PLC0415 -- only where it is declared

        assert self._environment.render is not None
        self._views["platform"] = collect_platform(self._environment.render, self._pool, self._redactor)


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
