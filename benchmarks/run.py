"""Measures this suite beside its peers and the physical limit.

`python benchmarks/run.py [--only NAME] [--repeat N] [--quick]`. Everything happens in a network namespace of
its own, on the loopback link, where packets are delayed. Writes results.json and README.md's tables, unless
only a part was measured.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial

from harness import network, record, tools
from harness.contenders import SUITE
from harness.measure import PeerError
from harness.scenarios import (
    FLEET,
    LONG,
    Scenario,
    Stage,
    bystander,
    fleet,
    healthy,
    no_server,
    readiness,
    swallowed,
)

INSIDE = "--inside"
SCENARIOS = (
    Scenario("https-100ms", "Healthy, HTTPS, 100 ms round trip", {SUITE: "≤ 1.3 s"}, partial(healthy, seconds=LONG)),
    Scenario("http-100ms", "Healthy, HTTP, 100 ms round trip", {}, partial(healthy, tls=False, seconds=LONG)),
    Scenario("https-0ms", "Healthy, HTTPS, no delay", {}, healthy),
    Scenario("http-0ms", "Healthy, HTTP, no delay", {SUITE: "≤ 0.6 s"}, partial(healthy, tls=False)),
    Scenario("no-server", "Nothing behind the hostname, HTTPS, 100 ms round trip", {SUITE: "≤ 0.8 s"}, no_server),
    Scenario("swallowed", "Every packet lost", {f"{SUITE}, time-out 10 s": "≤ 10.6 s"}, swallowed),
    Scenario(
        "readiness",
        "Readiness, seconds after the deployment is there, 100 ms round trip, the worst run",
        {f"{how} until it is there: seen": "≤ 0.3 s" for how in ("503", "refuses")},
        readiness,
    ),
    Scenario(
        "fleet",
        "100 environments with 15 checks each in one process, HTTPS, 100 ms round trip",
        {FLEET: "≤ 5.5 s, ≤ 90 MB"},
        fleet,
    ),
    Scenario("bystander", "A test suite that does not ask for smokegate", {}, bystander),
)


def main(argv: Sequence[str]) -> int:
    """Install the peers, enter the namespace, measure, write; returns 0, or 2 where that was not possible."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="NAME", action="append", choices=[each.name for each in SCENARIOS])
    parser.add_argument("--repeat", type=int, default=7, metavar="N", help="how many runs count (default: 7)")
    parser.add_argument("--quick", action="store_true", help="2 runs, the fewest that show anything")
    parser.add_argument(INSIDE, action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    try:
        if not options.inside:
            tools.installed()
            tools.renew_suite()
            return network.enter([sys.executable, __file__, INSIDE, *argv])
        network.prepare()
        return _measure(options)
    except (network.NetworkError, PeerError) as error:
        print(error, file=sys.stderr)
        return 2


def _measure(options: argparse.Namespace) -> int:
    load = os.getloadavg()[0]
    stage = Stage(tools.installed(), 2 if options.quick else options.repeat)
    chosen = [each for each in SCENARIOS if not options.only or each.name in options.only]
    tables = []
    for scenario in chosen:
        table = record.Table(scenario.name, scenario.title, scenario.goals, scenario.measure(stage))
        tables.append(table)
        print(table.text(), flush=True)
    if len(chosen) == len(SCENARIOS) and not options.quick:
        record.write(tables, stage.times, load)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
