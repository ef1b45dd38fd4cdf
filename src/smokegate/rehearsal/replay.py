"""Runs the suite through the proxy: once on the deployment itself, then on what it answered."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from smokegate.environment.model import Environment
from smokegate.observation.plan.step import same_origin
from smokegate.rehearsal.exchanges import NOT_RECORDED, Naming, ProxyRequest, Recorded, Recording, Site, Wire
from smokegate.rehearsal.mutation import Mutation
from smokegate.rehearsal.proxy import Handler, Proxy, closed_port
from smokegate.rehearsal.runs import Runs
from smokegate.rehearsal.suite import SuiteRun
from smokegate.rehearsal.upstream import Addresses, Upstream

UNBROKEN = Mutation("", "", "", site=None)


class Replay:
    """One deployment: what it answered, and runs of the suite on that. Thread-safe once it is recorded.

    Args:
        environment: the deployment, with its real addresses.
        proxy: stands between it and the suite.
        runs: runs the suite.
        common: the options that every run shares.
    """

    def __init__(self, environment: Environment, proxy: Proxy, runs: Runs, common: list[str]) -> None:
        self.recording = Recording()
        self.commit: str | None = None
        """The commit that the deployment reported, which every replayed run expects."""
        self._environment = environment
        self._name = environment.name
        self._proxy = proxy
        self._runs = runs
        self._common = common
        front = environment.frontend
        self._origins: dict[Site, str] = {"backend": environment.backend.url}
        if front is not None and not same_origin(front.url, environment.backend.url):
            self._origins["frontend"] = front.url

    def record(self) -> SuiteRun:
        """Make the one run that asks the deployment, and keep what it answered; `RunError` where that does not end."""
        sites = {site: getattr(self._environment, site) for site in self._origins}
        upstream = Upstream(sites, self._environment.ca_file, self._environment.backend.timeout)
        naming = Naming(self._environment)

        def handler(addresses: Addresses) -> Handler:
            async def answer(request: ProxyRequest) -> Recorded | Wire:
                step = naming.name(request)
                try:
                    given = await asyncio.to_thread(upstream.send, addresses.outward(request))
                except OSError:
                    return Wire.RESET
                naming.answered(step, given)
                self.recording.add(step, given)
                return addresses.inward(given)

            return answer

        with self._sites(handler) as options:
            return self._runs.run(f"{self._name}-real", [*self._common, *options])

    def run(self, mutation: Mutation, label: str) -> SuiteRun:
        """Run the suite on what was recorded, broken in one way; `RunError` where the run does not end."""
        naming, turns = Naming(self._environment), Counter[str]()

        def handler(addresses: Addresses) -> Handler:
            async def answer(request: ProxyRequest) -> Recorded | Wire:
                step = naming.name(request)
                number = turns[step]
                turns[step] += 1
                known = self.recording.answers.get(step) or [NOT_RECORDED]
                given: Recorded | Wire = known[number % len(known)]
                if isinstance(given, Recorded) and mutation.breaks(step, request.site, number):
                    await asyncio.sleep(mutation.delay)
                    given = mutation.change(given, request)
                if isinstance(given, Wire):
                    return given
                naming.answered(step, given)
                return addresses.inward(given)

            return answer

        with self._sites(handler, mutation.closed) as options:
            more = [f"--set={self._name}:{word}" for word in mutation.overrides]
            commit = [f"--expect-commit={self.commit}"] if self.commit else []
            return self._runs.run(f"{self._name}-{label}", [*self._common, *options, *more, *commit])

    @contextmanager
    def _sites(self, handler: Callable[[Addresses], Handler], closed: Site | None = None) -> Iterator[list[str]]:
        """Listen for each site, and yield the options that send a run there."""
        with ExitStack() as stack:
            ours: dict[Site, str] = {}
            pairs: dict[str, str] = {}

            async def later(request: ProxyRequest) -> Recorded | Wire:
                return await answering(request)

            for site, real in self._origins.items():
                if site == closed:
                    ours[site] = f"http://127.0.0.1:{closed_port()}"
                else:
                    listening = self._proxy.listen(site, later)
                    stack.callback(listening.close)
                    ours[site] = listening.url
                pairs[real] = ours[site]
            answering = handler(Addresses(pairs))
            yield [f"--env={self._name}", *self._addressed(ours, pairs)]

    def _addressed(self, ours: dict[Site, str], pairs: dict[str, str]) -> list[str]:
        front = self._environment.frontend
        words = [f"backend.url={ours['backend']}"]
        if front is not None:
            words.append(f"frontend.url={ours.get('frontend', ours['backend'])}")
            if isinstance(front.calls, str):
                words.append(f"frontend.calls={pairs.get(front.calls, front.calls)}")
        return [f"--set={self._name}:{word}" for word in words]
