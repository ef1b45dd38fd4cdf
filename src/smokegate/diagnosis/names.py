"""The names that stand in titles and steps: this deployment's own."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from smokegate.diagnosis.wording import listed
from smokegate.observation.plan.step import origin_of
from smokegate.observation.transport.connect import Route

if TYPE_CHECKING:
    from smokegate.environment.model import Compose, Environment


def names_of(environment: Environment, verify: str = "") -> dict[str, str]:
    """Return the names of one deployment; what it does not declare is missing.

    `verify` is the command that checks it again, where that is not pytest's.
    """
    backend = environment.backend
    parts = urlsplit(backend.url)
    names = {
        "name": environment.name,
        "title": environment.title,
        "url": backend.url,
        "host": parts.netloc,
        "hostname": parts.hostname or parts.netloc,
        "hosts": listed(_hosts(environment)),
        "where": dialed(backend.url, backend.connect_to),
        "health": backend.health.path,
        "verify": verify or f"pytest --env={environment.name}",
        "file": environment.file_shown,
        "target": parts.netloc,
    }
    frontend, sign_in, monitoring = environment.frontend, environment.sign_in, backend.monitoring
    optional: dict[str, str | None] = {
        "frontend": frontend.url if frontend else None,
        "calls": (frontend.calls or backend.url) if frontend else None,
        "register": sign_in.register_ if sign_in else None,
        "login": sign_in.login if sign_in else None,
        "account": sign_in.account if sign_in else None,
        "monitoring": monitoring.path if monitoring else None,
        "version": environment.version.path if environment.version else None,
        **_compose(environment.compose),
    }
    return names | {key: value for key, value in optional.items() if value}


def _hosts(environment: Environment) -> list[str]:
    """Return every host that the checks connect to, as a filter of outgoing connections wants them."""
    frontend, render = environment.frontend, environment.render
    urls = (environment.backend.url, frontend.url if frontend else "", render.api if render and render.key else "")
    found = [urlsplit(url).netloc for url in urls if url]
    if environment.server is not None and environment.server.ssh:
        found.append(f"{environment.server.ssh.rpartition('@')[2]}:22")
    return list(dict.fromkeys(each for each in found if each))


def dialed(url: str, connect_to: str | None = None) -> str:
    """Return the host and port that are connected to."""
    host, port = origin_of(url, Route(connect_to=connect_to)).dialed
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _compose(compose: Compose | None) -> dict[str, str | None]:
    if compose is None:
        return {}
    words = ["docker", "compose"]
    for name in compose.files:
        words += ["-f", name]
    words += ["-p", compose.project] if compose.project else []
    words += ["--profile", compose.profile] if compose.profile else []
    return {
        "compose": shlex.join(words),
        "directory": compose.directory,
        "service": shlex.quote(compose.backend),
        "database": shlex.quote(compose.database) if compose.database else None,
        "port": str(compose.port),
    }
