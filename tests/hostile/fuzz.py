"""Feeds every parser of foreign text with mutated text: none may raise anything of its own, or take long.

    python tests/hostile/fuzz.py SECONDS [PARSER …]     so long each; FUZZ_SEED=NUMBER repeats a run

What once broke a parser is kept in `cases.json`, which `test_fuzz.py` tries again in every run of the tests.
"""

from __future__ import annotations

import io
import json
import os
import random
import sys
import tempfile
import time
import tomllib
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import urllib3

from smokegate.diagnosis.log_lines import flat
from smokegate.diagnosis.log_structure import log_excerpts
from smokegate.environment.errors import EnvironmentErrors
from smokegate.environment.load import load
from smokegate.observation.evidence.edge import edge_answer
from smokegate.observation.evidence.html import element
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.evidence.sink import shown
from smokegate.observation.exchange import Answer, Body, Headers
from smokegate.observation.plan.frontend.page import page_of
from smokegate.observation.plan.frontend.reading import Reading
from smokegate.observation.server import parse, probes
from smokegate.observation.transport import again, body, json_body, traced
from smokegate.observation.transport.causes import WireCause
from smokegate.observation.transport.errors import cause_of
from smokegate.observation.transport.limits import TooLargeError

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CASES = HERE / "cases.json"
#: Seconds of processor time that no text of this size may take.
MOST = 5.0
LONGEST = 100_000
PAGE = "https://shop.example/"
PIECES = (
    *"\"'`\\{}[]()<>/=+?:.%&#\n\0",
    *(
        "${",
        "//",
        "/*",
        "*/",
        "<!--",
        "-->",
        "<![",
        "..",
        "=>",
        "&#",
        "\\u{",
        "\\ud83d",
        "\r\n",
        '"""',
        "'''",
        "[[",
        "]]",
    ),
    *(
        "\ud800",
        "\u202e",
        "\u0663",
        "\uff21",
        "\U0001f600",
        "\x1b[",
        "9" * 50,
        "-1",
        "1e999",
        "null",
        "true",
        "undefined",
    ),
    *(
        "import(",
        "function",
        "async",
        "return",
        "new ",
        "class ",
        "Caused by: ",
        "Traceback",
        "\tat ",
        "chunked",
        "0\r\n",
    ),
)
SEEDS: dict[str, list[str]] = tomllib.loads((HERE / "seeds.toml").read_text("utf-8"))
SEEDS["files"] = [each.read_text("utf-8") for each in sorted((ROOT / "environments").glob("*.toml"))]
SECRETS = Redactor(["tok3f9a77e1c0BdE", "h/nt+r2 & <co>.=\xf6x", "abcdef"])
FOLDER = tempfile.TemporaryDirectory(prefix="fuzz")


def scripts(text: str) -> None:
    """Read a script of a page."""
    reading = Reading(PAGE, page_of("<html>", PAGE))
    reading.add(f"{PAGE}a.js", text)
    _ = reading.modules(), reading.chunks(), reading.addresses()


def pages(text: str) -> None:
    """Read a page."""
    reading = Reading(PAGE, page_of(text, PAGE))
    _ = reading.modules(), reading.chunks(), reading.addresses(), element(text, "csrf", "value")


def logs(text: str) -> None:
    """Read a log of a container."""
    log_excerpts(flat(text.splitlines()))
    parse.log_lines(text, text[:200], 200)


def files(text: str) -> None:
    """Read an environment file."""
    path = Path(FOLDER.name) / "a.toml"
    path.write_text(text, "utf-8", "surrogatepass")
    try:
        load(["a"], directory=path.parent, variables={})
    except EnvironmentErrors as wrong:
        str(wrong)


def docker(text: str) -> None:
    """Read what docker says; where it is not as docker writes it, a ValueError says so."""
    with suppress(ValueError):
        for each in parse.objects(text):
            parse.service(each)
    with suppress(ValueError):
        probes.publishers(text, 80)
    with suppress(ValueError):
        parse.container_ids(text)


def host(text: str) -> None:
    """Read what the commands on a server say."""
    probes.listening(text, 80)
    probes.file_systems(text)
    probes.database_state("db", 0, text, text)
    parse.moment(text)


def headers(text: str) -> None:
    """Read a value of a header."""
    names = ("retry-after", "age", "location", "set-cookie", "server", "via", "content-type")
    answer = Answer(429, Headers(tuple((name, text) for name in names)), url=PAGE)
    again.retry_after(answer)
    _ = answer.redirects_to
    edge_answer(answer)


def values(text: str) -> None:
    """Read a body: its character set, its JSON, and an edge's error page."""
    for kind in ("application/json", f"text/plain; charset={text[:9]}", ""):
        with suppress(TooLargeError):
            json_body.parse(body.decode(text.encode("utf-8", "surrogatepass"), kind), kind)
    edge_answer(Answer(502, Headers((("content-type", "text/html"),)), Body(text)))


class _Connection:
    """What `http.client` reads an answer from."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _mode: str) -> io.BufferedIOBase:
        """Return the bytes that came."""
        return io.BufferedReader(io.BytesIO(self._data))


def wire(text: str) -> None:
    """Read an answer as it comes over a connection: head, chunks and compression."""
    try:
        answer = traced.Response(cast("Any", _Connection(text.encode("utf-8", "surrogatepass"))), method="GET")
        answer.begin()
        stream = urllib3.HTTPResponse(
            body=answer, headers=dict(answer.getheaders()), original_response=answer, preload_content=False
        )
        reading = body.BodyReader()
        body.decode(reading.bytes(stream, 5.0), stream.headers.get("content-type", ""))
        reading.release()
    except Exception as error:
        if cause_of(error)[0] is WireCause.OTHER:  # every other has a name
            raise


def texts(text: str) -> None:
    """Redact and show a text."""
    SECRETS.text(text)
    shown(text)


PARSERS: dict[str, Callable[[str], None]] = {
    each.__name__: each for each in (scripts, pages, logs, files, docker, host, headers, values, wire, texts)
}


def mutated(text: str, chance: random.Random) -> str:
    """Return a text with some changes: pieces put in, taken out, repeated, characters changed, halves swapped."""
    found = list(text)
    for _ in range(chance.choice((1, 1, 2, 4, 12, 40))):
        kind, at = chance.random(), chance.randrange(len(found) + 1)
        if kind < 0.35:
            found[at:at] = chance.choice(PIECES)
        elif kind < 0.55:
            del found[at : at + chance.choice((1, 3, 20, 200))]
        elif kind < 0.75:
            found[at:at] = found[at : at + chance.choice((1, 5, 60))] * chance.choice((1, 2, 50))
        elif kind < 0.9 and found:
            found[min(at, len(found) - 1)] = chr(chance.choice((chance.randrange(128), chance.randrange(0x10FFFF))))
        else:
            found = found[at:] + found[:at]
        del found[LONGEST:]
    return "".join(found)


def wrong(name: str, text: str) -> str:
    """Return what is wrong with how a parser takes a text, an empty text where nothing is."""
    began = time.thread_time()
    try:
        PARSERS[name](text)
    except Exception as error:  # noqa: BLE001 -- this is what is looked for
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}: {str(error)[:100]}"
    took = time.thread_time() - began
    return f"took {took:.1f} s for {len(text)} characters" if took > MOST else ""


def main(seconds: float, names: list[str]) -> int:
    seed = int(os.environ.get("FUZZ_SEED", time.time_ns() % 1_000_000))
    chance, bad = random.Random(seed), dict[str, str]()  # noqa: S311 -- no secret
    for name in names or PARSERS:
        end, count, slowest = time.monotonic() + seconds, 0, 0.0
        while time.monotonic() < end:
            text = mutated(chance.choice(SEEDS[name]), chance)
            began = time.thread_time()
            problem = wrong(name, text)
            slowest, count = max(slowest, time.thread_time() - began), count + 1
            if problem and f"{name}: {problem[:60]}" not in bad:
                bad[f"{name}: {problem[:60]}"] = text
                sys.stdout.write(f"{name}: {problem}\n    {json.dumps(text)}\n")
        sys.stdout.write(f"{name}: {count} texts, the slowest {slowest:.2f} s (FUZZ_SEED={seed})\n")
        sys.stdout.flush()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2:]))
