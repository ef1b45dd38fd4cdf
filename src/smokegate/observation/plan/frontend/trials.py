"""Trial requests of URLs that the page would call, if only the response shows whether they are right."""

from __future__ import annotations

from collections.abc import Iterator

from smokegate.environment.model import Environment, Frontend
from smokegate.observation.evidence import page_calls
from smokegate.observation.model import ApiAddress
from smokegate.observation.plan.backend import PLAIN
from smokegate.observation.plan.frontend.reading import Reading
from smokegate.observation.plan.step import ON_BACKEND, ON_FRONTEND, RequestToSend, Step, join, web_origin


def trials(
    environment: Environment, frontend: Frontend, addresses: tuple[ApiAddress, ...], reading: Reading
) -> Iterator[Step]:
    """Yield the trial requests."""
    for name in page_calls.to_try(environment, addresses, reading.call_paths):
        base = environment.backend.url if name.startswith(ON_BACKEND) else frontend.url
        path = name.removeprefix(ON_BACKEND).removeprefix(ON_FRONTEND)
        yield Step(name, "frontend", RequestToSend("GET", join(web_origin(base), path)), priority=PLAIN)
    read = page_calls.to_read(environment, addresses, reading.call_paths)
    if read is not None and not reading.opaque:
        request = RequestToSend("GET", join(environment.backend.url, read), (("Origin", web_origin(frontend.url)),))
        yield Step(ON_BACKEND + read, "frontend", request, priority=PLAIN)


def known_by_path(
    environment: Environment, addresses: tuple[ApiAddress, ...], reading: Reading
) -> tuple[ApiAddress, ...]:
    """Add addresses known only by path, unless an HTTP client's base URL is unknown."""
    if reading.hidden_base:
        return addresses
    return (*addresses, *page_calls.by_paths(environment, reading.world.page, reading.call_paths))
