"""Opens connections before there is anything to send: the handshakes' round trips pass while Python imports.

Sends nothing: what a file promises is not known before it has been validated. Whatever is unclear or wrong is
left to the loader, which tells it; then this merely has not helped.
"""

from __future__ import annotations

import copy
import os
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from smokegate.environment.overrides import apply, parse
from smokegate.environment.reading import read
from smokegate.observation.plan.step import origin_of
from smokegate.observation.transport.connect import Origin
from smokegate.observation.transport.pool import LANE, Pool
from smokegate.plugin.options import Settings, settings

POOL = pytest.StashKey[Pool]()
#: The pages' host is asked little more than the page at first.
PAGES = 2
#: Of more environments the processor is busy with other things when the first answers come.
MOST = 8
#: Options of pytest-xdist, which is not loaded yet: where several processes look, each looks on its own.
SPREAD = ("-n", "--numprocesses", "-d", "--dist", "--tx", "-f", "--looponfail")


def look_ahead(config: pytest.Config, parser: pytest.Parser) -> None:
    """Begin to open the connections that a run will need; keep the pool they are in for it."""
    try:
        found = _settings(config, parser)
        if found is None or not found.whole or found.rehearse or len(found.names) > MOST:
            return
        origins = [origin for name in found.names for origin in origins_of(name, found)]
    except Exception:  # noqa: BLE001 - see the module's docstring
        return
    if origins:
        pool = Pool(len(found.names))
        config.stash[POOL] = pool
        config.add_cleanup(pool.close)
        for origin, most in origins:
            pool.ahead(origin, most)


def _settings(config: pytest.Config, parser: pytest.Parser) -> Settings | None:
    """Read the options as far as they are known before other plugins have added theirs."""
    asked = [*shlex.split(os.environ.get("PYTEST_ADDOPTS", "")), *config.invocation_params.args]
    words = [*config.getini("addopts"), *map(str, asked)]
    if "PYTEST_XDIST_WORKER" in os.environ or any(word.startswith(SPREAD) for word in words):
        return None
    options = parser.parse_known_args(words, namespace=copy.copy(config.option))
    return None if options.help or options.version else settings(config, options)


def origins_of(name: str, found: Settings) -> Iterator[tuple[Origin, int]]:
    """Yield where an environment's connections lead and how many of them are needed at first.

    Raises:
        Exception: of any kind, where the file is not as it should be.
    """
    file = found.directory / f"{name}.toml"
    chosen = [each for each in parse(found.overrides, found.names)[0] if each.environment == name]
    table, _ = apply(chosen, read(file))
    if "replica" in table and not any(each.path == ("backend", "url") for each in chosen):
        return
    ca_file = table.get("ca_file")
    trusted = None if ca_file is None else str(file.parent / Path(ca_file).expanduser())
    for section, most in (("backend", LANE), ("frontend", PAGES)):
        address = _address(table.get(section, {}).get("url"))
        if address.startswith(("http://", "https://")):
            yield origin_of(address, trusted), most


def _address(value: Any) -> str:
    if isinstance(value, Mapping):
        value = os.environ.get(value["env"]) or value.get("default")
    return value if isinstance(value, str) else ""
