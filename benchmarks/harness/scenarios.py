"""What is measured: each scenario sets its stage and returns results by contender."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import trustme

from harness import contenders, network
from harness.contenders import Target
from harness.measure import Command, Result, Sample, compare, once, run, words
from harness.serving import serving
from harness.tools import Tools
from smokegate.replica import start

LONG = 0.1
"""The round trip of a long line, in seconds."""
ENVIRONMENTS = 100
ENDPOINTS = 5
SAMPLES = 10
FLEET = f"{contenders.SUITE}: {ENVIRONMENTS} environments"


@dataclass(frozen=True)
class Stage:
    """What every scenario is given."""

    tools: Tools
    times: int


@dataclass(frozen=True)
class Scenario:
    """One table of the results."""

    name: str
    title: str
    goals: dict[str, str]
    measure: Callable[[Stage], dict[str, Result]]


def healthy(stage: Stage, *, tls: bool = True, seconds: float = 0.0) -> dict[str, Result]:
    """Everybody checks a healthy deployment."""
    with _deployment(tls=tls) as target, network.round_trip(seconds, _ports(target)):
        return compare(contenders.everybody(stage.tools, target), stage.times)


def no_server(stage: Stage) -> dict[str, Result]:
    """Nothing runs behind the hostname: every path is 404, at once."""
    with _deployment("no-server", tls=True) as target, network.round_trip(LONG, _ports(target)):
        commands = {
            contenders.SUITE: contenders.suite(stage.tools, target, exits=(1,)),
            contenders.NAIVE: contenders.requests(stage.tools, target, exits=(1,)),
            contenders.SESSION: contenders.requests(stage.tools, target, session=True, exits=(1,)),
        }
        if stage.tools.newman.exists():
            commands[contenders.NEWMAN] = contenders.newman(stage.tools, target, exits=(1,))
        return compare(commands, stage.times)


def swallowed(stage: Stage) -> dict[str, Result]:
    """A firewall drops every packet; the peers are given 2 s a request, so that this ends."""
    with _deployment(tls=True) as target, network.swallowed(_ports(target)):
        short = Target(target.backend, target.frontend, target.ca_file, target.scratch, timeout=2.0)
        judged = (1, 6)
        commands = {
            f"{contenders.SUITE}, time-out 10 s": contenders.suite(stage.tools, target, exits=judged),
            f"{contenders.SUITE}, time-out 2 s": contenders.suite(stage.tools, short, exits=judged),
            f"{contenders.NAIVE}, time-out 2 s": contenders.requests(stage.tools, short, exits=(1,)),
            f"{contenders.SESSION}, time-out 2 s": contenders.requests(stage.tools, short, session=True, exits=(1,)),
        }
        if stage.tools.newman.exists():
            commands[f"{contenders.NEWMAN}, time-out 2 s"] = contenders.newman(stage.tools, short, exits=(1,))
        return once(commands)


def readiness(stage: Stage) -> dict[str, Result]:
    """How long after a deployment is there it is seen, and the run has ended: the worst of several runs."""
    found: dict[str, list[Sample]] = {}
    for index in range(stage.times + 1):
        for how, options in {"503": [], "refuses": ["--refuse"]}.items():
            seen, ended = _wait_for(stage, 2.0 + 0.37 * index, options)
            if index == 0:  # warms up, as everywhere
                continue
            found.setdefault(f"{how} until it is there: seen", []).append(seen)
            found.setdefault(f"{how} until it is there: process ended", []).append(ended)
    return {name: Result((max(samples, key=lambda each: each.seconds),)) for name, samples in found.items()}


def _wait_for(stage: Stage, seconds: float, options: list[str]) -> tuple[Sample, Sample]:
    with TemporaryDirectory() as scratch, serving("--there-after", str(seconds), *options) as server:
        lines = ['title = "Late"', "[backend]", f'url = "http://127.0.0.1:{server.port}"']
        lines += ["[backend.health]", 'json = { status = "healthy" }']
        Path(scratch, "late.toml").write_text("\n".join(lines), "utf-8")
        with network.round_trip(LONG, [server.port]):
            sample = run(contenders.smoke(stage.tools, "late", Path(scratch), more=("--wait=30s",)))
        ended = time.monotonic()
        told = server.stop()
    # What the server sent is seen half a round trip later.
    seen = told["seen"] - told["there"] + LONG / 2
    return replace(sample, seconds=seen), replace(sample, seconds=ended - told["there"])


def fleet(stage: Stage) -> dict[str, Result]:
    """Many environments in one process, each at an address of its own; 15 checks and 15 requests each."""
    addresses = [f"127.0.1.{number + 1}" for number in range(ENVIRONMENTS)]
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        for address in addresses:
            leaf = authority.issue_cert(address).private_key_and_cert_chain_pem
            leaf.write_to_path(str(folder / f"{address}.leaf"))
        with serving("--certificates", str(folder)) as server:
            for number, address in enumerate(addresses):
                text = _one_of_many(f"https://{address}:{server.port}")
                (folder / f"e{number:02}.toml").write_text(text, "utf-8")
            with network.round_trip(LONG, [server.port]):
                return compare({FLEET: contenders.smoke(stage.tools, "all", folder)}, stage.times)


def _one_of_many(url: str) -> str:
    lines = ['title = "One of many"', 'ca_file = "ca.pem"', "[backend]", f'url = "{url}"']
    lines += ["[backend.health]", f"samples = {SAMPLES}", 'within = "2s"']
    lines += ['json = { status = "healthy", service = "one of many" }']
    for number in range(ENDPOINTS):
        lines += ["[[backend.endpoints]]", f'path = "/part/{number}"', 'json = { status = "healthy" }']
    return "\n".join(lines)


def bystander(stage: Stage) -> dict[str, Result]:
    """What smokegate costs a test suite that does not ask for it."""
    suites = {
        "pytest with requests, no smokegate": stage.tools.plain,
        "with smokegate's dependencies (pytest-html, pytest-xdist …)": stage.tools.dependencies,
        "with smokegate too": stage.tools.suite,
    }
    with TemporaryDirectory() as scratch:
        Path(scratch, "test_other.py").write_text("def test_other():\n    assert True\n", "utf-8")
        commands = {
            name: Command(words([path, "-q", "-p", "no:cacheprovider"]), folder=Path(scratch))
            for name, path in suites.items()
        }
        return compare(commands, stage.times * 2)


@contextmanager
def _deployment(fault: str | None = None, *, tls: bool) -> Generator[Target]:
    with start("tectonic", fault, tls=tls) as replica, TemporaryDirectory() as scratch:
        ca_file = str(replica.ca_file) if replica.ca_file else None
        yield Target(replica.backend_url, replica.frontend_url, ca_file, Path(scratch))


def _ports(target: Target) -> list[int]:
    return [port for port in (urlsplit(url).port for url in (target.backend, target.frontend)) if port]
