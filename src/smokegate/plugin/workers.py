"""Spreads environments over pytest-xdist's workers: all tests of one environment stay on one of them."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import Struct
from xdist.scheduler import LoadScopeScheduling

from smokegate.observation.evidence.sink import SINK
from smokegate.plugin.collect import environment_in
from smokegate.plugin.session import Run

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

#: Key of the data that a worker hands over when it shuts down.
OUTPUT = "smokegate"


class EnvironmentScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """One unit of work per worker, its environments, so that no deployment is observed twice."""

    def __init__(self, config: pytest.Config, log: Any, run: Run) -> None:
        super().__init__(config, log)
        self._run = run

    def _split_scope(self, nodeid: str) -> str:
        names = list(self._run.planned)
        name = environment_in(nodeid, names)
        return "0" if name is None else str(names.index(name) % max(1, min(self.numnodes, len(names))))

    def _assign_work_unit(self, node: WorkerController) -> None:
        own = node.gateway.id.removeprefix("gw")
        if own in self.workqueue:
            self.workqueue.move_to_end(own, last=False)
        super()._assign_work_unit(node)


class Workers(Struct, eq=False):
    """The hooks that exist only where pytest-xdist is at work."""

    _run: Run

    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> EnvironmentScheduling:
        """Put our scheduling in place of xdist's."""
        config.option.loadscopereorder = False
        return EnvironmentScheduling(config, log, self._run)

    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Record which checks the workers will execute; the controlling process collects nothing itself."""
        for nodeid in ids:
            name = environment_in(nodeid, self._run.planned)
            if name is not None:
                self._run.planned[name].setdefault(nodeid, "")

    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker has seen."""
        output = getattr(node, "workeroutput", {}).get(OUTPUT)
        if output is not None:
            results, failures, partial, errors = pickle.loads(output)  # noqa: S301 - comes from our own worker's pipe
            for _, observation in results.values():
                SINK.learn(observation.secrets)
            self._run.results.update(results)
            self._run.failures.update(failures)
            self._run.partial.update(partial)
            self._run.errors += errors


def limit_workers(config: pytest.Config, run: Run) -> None:
    """Start no more workers than there are environments: a worker without one would only cost time.

    One that crashed is not replaced: its successor would observe the deployment again.
    """
    config.option.tx = config.option.tx[: max(1, len(run.environments))]
    config.option.maxworkerrestart = "0"


def hand_over(config: pytest.Config, run: Run) -> None:
    """In a worker: pass on what was seen."""
    output: dict[str, Any] = config.workeroutput  # type: ignore[attr-defined]
    output[OUTPUT] = pickle.dumps((run.results, run.failures, run.partial, run.errors))
