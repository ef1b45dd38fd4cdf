"""From an address to an environment file: what `check`, `init` and `new` share.

Expected in the file is only what is healthy, and what two answers had in common: never a version, a time, a count or a
host.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from smokegate.environment.addresses import is_loopback, origin
from smokegate.exit_codes import CommandError
from smokegate.observation.discovery.discover import discover
from smokegate.observation.discovery.found import Found, calls_elsewhere
from smokegate.observation.discovery.getter import settle
from smokegate.observation.discovery.health import HealthCheck, knowledge
from smokegate.observation.transport.pool import Pool

if TYPE_CHECKING:
    from jinja2 import Template

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


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


def environment_text(found: Found, name: str, title: str = "") -> str:
    """Return the whole file, with comments that say what it can hold besides."""
    return template().render(
        found=found,
        name=name,
        title=title or name.capitalize(),
        upper=re.sub(r"[^A-Z0-9]", "_", name.upper()),
        health=found.health,
        expected=_expected(found.health) if found.health is not None else "",
        stand_in="/" if found.page or not found.api_description else found.api_description,
        has_scripts=found.scripts or bool(found.calls),  # without one there is nothing that a build could have wrong
        elsewhere=calls_elsewhere(found),
        version=found.version if found.version is not None and found.version.is_commit else None,
    )


@cache
def template() -> Template:
    """Return the compiled file; compiling takes a moment, which is better spent while a deployment answers."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - costs start-up time

    jinja = Environment(  # noqa: S701 - the text is TOML, quoted by its own filter
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=StrictUndefined
    )
    jinja.filters["quoted"] = quoted
    return jinja.from_string(Path(__file__).with_name("environment.toml.jinja").read_text("utf-8"))


def name_for(url: str) -> str:
    """Return a name for an environment that is known by its address only."""
    host = urlsplit(url).hostname or "deployment"
    plain = re.sub(r"[^A-Za-z0-9]+", "-", host.removeprefix("www.")).strip("-")
    return plain[:60].strip("-") or "deployment"


def quoted(text: str) -> str:
    """Return a text as a TOML string: JSON's escapes are TOML's, too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _expected(check: HealthCheck) -> str:
    """Return what a healthy answer says: the word of now if it is one, else any of the words that are."""
    if isinstance(check.value, bool):
        return "true"
    value = str(check.value)
    if check.says_healthy:
        return quoted(value)
    words = [word.upper() if value.isupper() else word for word in knowledge()["well"]]
    return f"{{ one_of = [{', '.join(map(quoted, words))}] }}"
