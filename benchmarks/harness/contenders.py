"""Who is measured: this suite, its peers, the physical limit; all check the same things."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from harness.measure import Command, words
from harness.tools import ROOT, Tools

PEERS = Path(__file__).resolve().parents[1] / "peers"
SUITE = "smokegate, with HTML report"
DELETING = "smokegate, and its account deleted"
NAIVE = "naive: one requests.get per test"
SESSION = "the same with a Session"
TAVERN = "Tavern"
NEWMAN = "Newman"
CURL = "curl in a shell script"
LIMIT = "physical limit"
FLOOR = "that chain alone, by pytest and requests"


@dataclass(frozen=True)
class Target:
    """A deployment to check, and how long to wait for it, in seconds."""

    backend: str
    frontend: str
    ca_file: str | None
    scratch: Path
    timeout: float = 10.0

    @property
    def variables(self) -> dict[str, str]:
        """What the peers are told in variables."""
        told = {
            "BENCH_BACKEND": self.backend,
            "BENCH_FRONTEND": self.frontend,
            "BENCH_TIMEOUT": str(self.timeout),
        }
        trust = {"BENCH_CA": self.ca_file, "REQUESTS_CA_BUNDLE": self.ca_file} if self.ca_file else {}
        return told | trust


def suite(tools: Tools, target: Target, *, deletes: bool = False, exits: tuple[int, ...] = (0,)) -> Command:
    """Return this suite's command: the local environment, with a deployment's address in the replica's place.

    It leaves the account that it creates, as its peers do, unless it is to delete it.
    """
    folder = target.scratch / "environments"
    folder.mkdir(exist_ok=True)
    name = "deleting" if deletes else "bench"
    text = (ROOT / "environments" / "local.toml").read_text("utf-8")
    text = re.sub(r"^\[replica\]\n(?:.+\n)+", "", text, flags=re.MULTILINE)
    if not deletes:
        text = re.sub(r"^delete .*\n", "", text, flags=re.MULTILINE)
    (folder / f"{name}.toml").write_text(text, "utf-8")
    values = {"backend.url": target.backend, "frontend.url": target.frontend, "ca_file": target.ca_file}
    sets = [f"{key}={value}" for key, value in values.items() if value]
    return smoke(tools, name, folder, *sets, f"backend.timeout={target.timeout:g}s", exits=exits)


def smoke(
    tools: Tools,
    name: str,
    folder: Path,
    *sets: str,
    more: tuple[str, ...] = (),
    exits: tuple[int, ...] = (0,),
) -> Command:
    """Return this suite's command for an environment of a folder; reports go there too."""
    where = (f"--environments={folder}", f"--reports={folder}/reports")
    argv = [tools.suite, "-p", "smokegate", f"--env={name}", *where, *more]
    return Command(words([*argv, *(f"--set={each}" for each in sets)]), folder=folder, exits=exits)


def requests(tools: Tools, target: Target, *, session: bool = False, exits: tuple[int, ...] = (0,)) -> Command:
    """Return the command of the suite that teams write, with or without a session."""
    argv = [tools.plain, *_ALONE, "--rootdir", PEERS / "requests", PEERS / "requests"]
    kept = {"BENCH_SESSION": "1"} if session else {}
    return Command(words(argv), target.variables | kept, exits=exits)


def floor(tools: Tools, target: Target) -> Command:
    """Return the command of one test with a session, which needs no more than the physical limit's chain."""
    found = requests(tools, target, session=True)
    return replace(found, argv=(*found.argv, "-k", "test_new_token_opens_the_same_account"))


def tavern(tools: Tools, target: Target) -> Command:
    """Return Tavern's command."""
    folder = PEERS / "tavern"
    argv = [tools.tavern, *_ALONE, "--rootdir", folder, folder]
    return Command(words(argv), target.variables | {"PYTHONPATH": str(folder)}, folder)


def newman(tools: Tools, target: Target, *, exits: tuple[int, ...] = (0,)) -> Command:
    """Return Newman's command."""
    argv = [tools.newman, "run", PEERS / "newman" / "collection.json"]
    argv += ["--timeout-request", int(target.timeout * 1000)]
    argv += ["--env-var", f"backend={target.backend}", "--env-var", f"frontend={target.frontend}"]
    if target.ca_file:
        argv += ["--ssl-extra-ca-certs", target.ca_file]
    return Command(words(argv), exits=exits)


def curl(target: Target) -> Command:
    """Return the shell script's command."""
    return Command(words(["sh", PEERS / "curl" / "checks.sh"]), target.variables)


def limit(target: Target) -> Command:
    """Return the command that measures the longest chain of requests that depend on each other."""
    return Command(words([sys.executable, PEERS / "limit.py"]), target.variables, tells=True)


def everybody(tools: Tools, target: Target) -> dict[str, Command]:
    """Return all commands that can be measured here, by name."""
    found = {
        SUITE: suite(tools, target),
        DELETING: suite(tools, target, deletes=True),
        NAIVE: requests(tools, target),
        SESSION: requests(tools, target, session=True),
    }
    if tools.tavern.exists():
        found[TAVERN] = tavern(tools, target)
    if tools.newman.exists():
        found[NEWMAN] = newman(tools, target)
    return found | {CURL: curl(target), FLOOR: floor(tools, target), LIMIT: limit(target)}


_ALONE = ("-c", "/dev/null", "-p", "no:cacheprovider")
