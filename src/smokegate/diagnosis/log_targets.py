"""Finds out what a line about a connection speaks of: which host, and what runs there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from smokegate.knowledge.logs import ANYTHING, Thing, things

if TYPE_CHECKING:
    from smokegate.environment.model import Compose
    from smokegate.observation.server.model import ServerView
    from smokegate.observation.server.service import ServiceView

NAME = r"[\w-]+(?:\.[\w-]+)*\.?"
ADDRESS = re.compile(
    rf"server at \"(?P<a>[^\"]+)\"(?: \([^)]*\))?, port (?P<ap>\d+)|\('(?P<b>[^']+)', (?P<bp>\d+)\)"
    rf"|host=['\"](?P<c>{NAME})['\"], port=(?P<cp>\d+)|https?://(?!docs\.|aka\.ms|pris\.ly|sqlalche\.me|\S*/(?:docs?|manual)/)(?P<d>{NAME})(?::(?P<dp>\d+))?"
    rf"|lookup (?P<e>{NAME}?)(?: on |:|$)"
    rf"|getaddrinfo (?:ENOTFOUND|EAI_AGAIN|failed:?|for)? ?(?P<f>{NAME})(?::(?P<fp>\d+))?"
    rf"|resolve(?: host)?:? ['\"]?(?P<g>{NAME})|host name \"(?P<h>[^\"]+)\"|server host '(?P<i>[^']+)'"
    rf"|UnknownHostException: (?P<j>{NAME})|to (?:address )?(?P<k>{NAME}):(?P<kp>\d{{2,5}})|server on '(?P<l>[^']+)'"
    rf"|(?P<m>(?:\d{{1,3}}\.){{3}}\d{{1,3}}|{NAME}):(?P<mp>\d{{3,5}})\b(?!:)|tcp (?P<n>{NAME}):"
    rf"|(?P<o>{NAME}) could not be resolved"
)
WEB = re.compile(
    r"https?://(?!\S*(?:9200|7700))|HTTPS?ConnectionPool|httpx|\brequests\.|urllib|axios|fetch failed", re.IGNORECASE
)
LIBRARY = re.compile(r"site-packages|node_modules|/gems/|\.jar|vendor/|\b(?:org|com|io)\.\w+\.|Exception\b|Error\b")


CLIENT = re.compile(
    r"exporter|express|commander|insight|admin|backup|operator|connect|postgrest|[-/]ui\b", re.IGNORECASE
)
"""Images that bear the name of what they connect to."""
CODE = (".py", ".js", ".mjs", ".cjs", ".ts", ".go", ".rb", ".java", ".kt", ".c", ".cs", ".rs", ".php", ".ex", ".exs")
"""How files of code end: `handler.php:156` is a line of one, not a port."""


class Target(Struct, frozen=True):
    """What a service could not connect to."""

    family: str
    what: str
    host: str = ""
    service: str = ""
    """The service of the project that it is, if it is one."""


def target(text: str, context: str, view: ServerView | None, compose: Compose | None) -> Target:
    """Return what a line, with the frames around it, speaks of."""
    host, port = address_in(text)
    service = _service(host, view.services if view else ())
    thing = _thing(text, context, port, service)
    if compose and service and service.name == compose.database and thing is None:
        return Target("database", _with("its database", host, port), host, service.name)
    name = service.name if service else ""
    if thing is None:
        shown = f"{host}:{port}" if port else host
        return Target("dependency", shown or ANYTHING["dependency"], host, name)
    return Target(thing.family, _with(thing.what, host, port), host, name)


def address_in(text: str) -> tuple[str, int]:
    """Return the host and the port that a line names; an empty text and 0 where it names none."""
    for found in ADDRESS.finditer(text):
        values = {key: value for key, value in found.groupdict().items() if value}
        host = next((value for key, value in values.items() if len(key) == 1), "")
        port = next((value for key, value in values.items() if len(key) == 2), "0")
        if host and not host.endswith(CODE):
            return host.rstrip("."), int(port)
    return "", 0


def server_kind(service: ServiceView) -> Thing | None:
    """Return what a service is by its image, None where that does not say, or names what it is a client of."""
    if CLIENT.search(service.image):
        return None
    return next((each for each in things() if each.images.search(service.image)), None)


def _thing(text: str, context: str, port: int, service: ServiceView | None) -> Thing | None:
    """Return what is meant: by the service's image, the words of the line, the port, then the libraries."""
    if service is not None and (known := server_kind(service)):
        return known
    said = next((each for each in things() if each.words.search(text)), None)
    if said is not None and said.what != "its database":
        return said
    if WEB.search(text):
        return None
    by_port = next((each for each in things() if port in each.ports), None)
    libraries = "\n".join(line for line in context.splitlines() if LIBRARY.search(line))
    return by_port or next((each for each in things() if each.words.search(libraries)), said)


def _service(host: str, services: Iterable[ServiceView]) -> ServiceView | None:
    return next((each for each in services if host and (host == each.name or host in each.addresses)), None)


def _with(what: str, host: str, port: int) -> str:
    where = f"{host}:{port}" if port else host
    return f"{what} ({where})" if where else what
