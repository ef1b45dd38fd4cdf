"""The plan of one replica: which processes, behind which addresses, with which settings.

A fault is a function that changes a plan before anything of it is started. Plans travel to the processes by
`fork`, so they may hold functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from smokegate.replica.messages import Middleware

Certificate = Literal["valid", "expired", "expiring", "wrong-host", "untrusted", "self-signed"]
Patch = Callable[[Any], None]
"""Changes a finished FastAPI application (given as such) before its first request."""


@dataclass
class Site:
    """One public address of a replica: `certificate` None means plain HTTP."""

    port: int
    certificate: Certificate | None = None
    listens: bool = True
    around: list[Middleware] = field(default_factory=list)
    address: str | None = None

    @property
    def url(self) -> str:
        """The address that is handed out, without a trailing slash."""
        if self.address is not None:
            return self.address
        return f"{'https' if self.certificate else 'http'}://127.0.0.1:{self.port}"


@dataclass
class Instance:
    """One process of the application. `frozen` ones accept connections and never answer."""

    variables: dict[str, str]
    patches: list[Patch] = field(default_factory=list)
    state: Literal["running", "absent", "frozen"] = "running"


@dataclass
class Plan:
    """Everything a supervisor needs to build one replica.

    `seconds` is the caller's measure for faults that take time (a wake-up, a delay); None leaves it to the
    fault. `api_address` is what the frontend's bundle was built with. `options` are one kind's own switches.
    """

    kind: str
    directory: Path
    backend: Site
    frontend: Site
    instances: list[Instance] = field(default_factory=list)
    workers: list[Instance] = field(default_factory=list)
    api_address: str = ""
    seconds: float | None = None
    options: dict[str, Any] = field(default_factory=dict)
    platform: Site | None = None
    """Where the platform's API answers, if the kind has one."""

    @property
    def sites(self) -> dict[str, Site]:
        """The public addresses, by what the kind's handlers call them."""
        named = {"backend": self.backend, "frontend": self.frontend, "platform": self.platform}
        return {name: site for name, site in named.items() if site is not None}

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL of the replica's own database file."""
        return f"sqlite:///{self.directory / 'database' / 'app.db'}"

    def patch(self, change: Patch) -> Patch:
        """Have every instance of the application changed in the same way; can decorate the change."""
        for instance in self.instances:
            instance.patches.append(change)
        return change

    def stop_workers(self) -> None:
        """Have no worker run: nothing keeps the data up to date."""
        for worker in self.workers:
            worker.state = "absent"

    def second_instance(self) -> Instance:
        """Add a second instance with the settings of the first; the edge takes turns between them."""
        first = self.instances[0]
        twin = Instance(dict(first.variables), list(first.patches))
        self.instances.append(twin)
        return twin


def commit_of(kind: str) -> str:
    """The commit a replica claims to be built from: 40 hexadecimal digits, the same in every run."""
    return sha256(f"smokegate replica {kind}".encode()).hexdigest()[:40]
