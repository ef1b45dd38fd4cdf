"""What `check`, `init` and `new` share: addresses, discovery, and a run of pytest that prints nothing."""

from __future__ import annotations

import contextlib
import io
import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from urllib.parse import urlsplit

from smokegate.environment.addresses import is_loopback, origin
from smokegate.observation.discovery.discover import discover
from smokegate.observation.discovery.found import Found
from smokegate.observation.discovery.getter import settle
from smokegate.observation.transport.pool import Pool


class AddressError(ValueError):
    """An address cannot be used; the text says what was expected."""


def address_of(text: str) -> str:
    """Return an address with its scheme: https, and http for this machine.

    Raises:
        AddressError: it is none.
    """
    address = text.strip()
    if "://" not in address:
        host = urlsplit(f"//{address}").hostname or ""
        address = f"{'http' if is_loopback(host) else 'https'}://{address}"
    try:
        return origin(address)
    except ValueError as wrong:
        shown = re.sub(r"//[^/]*@", "//…@", text)
        raise AddressError(f"{shown!r}: {wrong}") from None


def discover_all(
    pool: Pool, urls: Sequence[str], health: str = "", meanwhile: Callable[[], object] = lambda: None
) -> list[Found]:
    """Look at several deployments side by side.

    Args:
        pool: sends the requests.
        urls: their addresses.
        health: the health check's path, where it is known.
        meanwhile: is done while they answer.
    """
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


def quietly(arguments: list[str], pool: Pool) -> tuple[int, str]:
    """Run pytest in this process; returns its exit code and what it would have printed."""
    import pytest  # noqa: PLC0415 - costs start-up time

    from smokegate.plugin.embedded import Lent  # noqa: PLC0415 - see above

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = int(pytest.main(arguments, plugins=[Lent(pool)]))
    return code, printed.getvalue()
