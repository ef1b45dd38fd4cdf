"""What `check`, `init` and `new` share: addresses, discovery, and what was discovered in lines."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from urllib.parse import urlsplit

from smokegate.commands.arguments import CommandError
from smokegate.environment.addresses import is_loopback, origin
from smokegate.observation.discovery.discover import discover
from smokegate.observation.discovery.found import Found
from smokegate.observation.discovery.getter import settle
from smokegate.observation.transport.pool import Pool


def address_of(text: str) -> str:
    """Return an address with its scheme: https, and http for this machine; refuses what is none."""
    address = text.strip()
    if "://" not in address:
        host = urlsplit(f"//{address}").hostname or ""
        address = f"{'http' if is_loopback(host) else 'https'}://{address}"
    try:
        return origin(address)
    except ValueError as wrong:
        shown = re.sub(r"//[^/]*@", "//…@", text)
        raise CommandError(f"{shown!r}: {wrong}") from None


def discover_all(
    pool: Pool, urls: Sequence[str], health: str = "", meanwhile: Callable[[], object] = lambda: None
) -> list[Found]:
    """Look at several deployments side by side; `health` is the health check's path, where it is known.

    `meanwhile` is done while they answer.
    """
    if health and not health.startswith("/"):
        raise CommandError(f"--health={health}: expected a path that starts with /")
    pending = [_aside(partial(discover, url, pool, health), url) for url in urls]
    meanwhile()
    found = [future.result() for future in pending]
    pool.close_idle()
    return found


def _aside(job: Callable[[], Found], name: str) -> Future[Found]:
    """Do a job in a thread that the end of the program does not wait for."""
    future: Future[Found] = Future()

    threading.Thread(target=partial(settle, future, job), name=f"discover {name}", daemon=True).start()
    return future


def found_lines(found: Found) -> Iterator[str]:
    """Yield what was found, assumed and not found, a line each."""
    for word, lines in (("found", found.found), ("assumed", found.assumed), ("not found", found.missing)):
        yield from (f"  {word:<10} {line}" for line in lines)
