"""The fork server: one process that has imported pytest, the suite and all else, and forks each run.

Run as `python -m smokegate.rehearsal.fork_server SETTINGS FD`; see `smokegate.replica.process.forking`. A run reports
its process id when it starts and its exit code when it ends. Each run is a whole `pytest` in a process of its own that
only saves the imports. The process that starts replicas is shared in the same way: each replica is a fresh one.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import socket
import sys
import traceback
from importlib import import_module
from itertools import product
from typing import Any, NoReturn

import pytest

from smokegate.replica.process.forking import forked, orders

#: What a run imports only when it gets there; a name that is missing here costs time and nothing else.
NEEDED = (
    "smokegate.report.containers",
    "smokegate.report.page",
    "smokegate.diagnosis.catalogue",
    "smokegate.observation.transport.http",
    "smokegate.observation.observer",
    "smokegate.observation.plan.frontend.page",
    "smokegate.observation.plan.frontend.reading",
    "smokegate.observation.server.collect",
    "smokegate.observation.transport.errors",
    "smokegate.plugin.blocking",
    "smokegate.plugin.view",
    "smokegate.plugin.explanation",
    "smokegate.plugin.lifecycle",
    "smokegate.plugin.output",
    "smokegate.plugin.reporting",
    "smokegate.plugin.run_report",
    "smokegate.replicas",
    "smokegate.observation.browser.follow_up",
    "smokegate.observation.browser.visit",
    "playwright.async_api",
)


def main() -> None:
    """Take orders until the caller is gone."""
    with socket.socket(fileno=int(sys.argv[2])) as control:
        warm_up(json.loads(sys.argv[1]))
        for order, channel in orders(control):
            if forked(control):
                _run(order, channel)


def warm_up(settings: dict[str, Any]) -> None:
    """Collect the suite once, so that forks find it imported; what goes wrong goes wrong in each run, too."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123 -- the null device
        pytest.main([*settings["arguments"], "--collect-only", "-q"])
    for name in NEEDED:
        with contextlib.suppress(ImportError):
            import_module(name)
    _read_knowledge()
    import_module("smokegate.report.page").templates()
    if settings["replicas"]:
        import_module("smokegate.replica.process.starter").share_with_forks()
    gc.collect()
    gc.freeze()


def _read_knowledge() -> None:
    """Read and compile what only a red run reads: here most runs are red."""
    catalogue, logs = import_module("smokegate.diagnosis.catalogue"), import_module("smokegate.knowledge.logs")
    for some in product((False, True), repeat=4):
        catalogue.all_rules(**dict(zip(("logs", "platform", "server", "browser"), some, strict=True)))
    logs.compile_all()
    import_module("smokegate.knowledge.database_texts").driver_texts()


def _run(order: dict[str, Any], channel: socket.socket) -> NoReturn:
    """Run pytest in this forked process, which ends with it."""
    code = int(pytest.ExitCode.INTERNAL_ERROR)
    try:
        channel.sendall(b"%d\n" % os.getpid())
        output = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        os.environ.update(order["variables"])
        code = int(pytest.main(order["arguments"]))
    except BaseException:  # noqa: BLE001 -- the last frame of this process: nothing above it may run
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        with contextlib.suppress(OSError):
            channel.sendall(b"%d\n" % code)
        os._exit(code)


if __name__ == "__main__":
    main()
