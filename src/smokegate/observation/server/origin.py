"""Sends requests to the backend from the server itself, with what the server has for that: curl, python3 or bash."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

from smokegate.observation.server.host import Output
from smokegate.observation.server.model import OriginAnswer

ASK = Path(__file__).with_name("origin.sh").read_text("utf-8")
HEAD = re.compile(r"HTTP/[\d.]+ (\d{3})[^\r\n]*\r?\n((?:[^\r\n]+\r?\n)*)\r?\n")
KEPT = 20_000


def command(port: int, path: str, limit: float, public: str) -> list[str]:
    """Return the arguments that request a path as a proxy would: with the host and scheme of the public address.

    An application that checks its host answers 400 to any other one, and one that wants https redirects.
    `limit` is in seconds.
    """
    parts = urlsplit(public)
    return ["sh", "-c", ASK, "sh", str(port), path, f"{limit:g}", parts.netloc.rpartition("@")[2], parts.scheme]


def answer(path: str, output: Output) -> OriginAnswer:
    """Read what the command printed."""
    head = HEAD.match(output.stdout)
    # curl prints 100-continue and the like first: the last head before the body counts
    while head is not None and head[1].startswith("1"):
        head = HEAD.match(output.stdout, head.end())
    if head is None or not output.ok:
        problem = output.stderr.strip() or f"no HTTP answer (exit status {output.status})"
        return OriginAnswer(path, None, output.seconds, problem=problem[-KEPT:])
    body, _, took = output.stdout[head.end() :].rpartition("\n")
    fields = tuple(
        (name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in head[2].splitlines())
    )
    try:
        parsed, is_json = json.loads(body), True
    except ValueError:
        parsed, is_json = None, False
    return OriginAnswer(path, int(head[1]), _seconds(took, output.seconds), fields, body[:KEPT], parsed, is_json)


def _seconds(text: str, otherwise: float) -> float:
    try:
        return float(text)
    except ValueError:
        return otherwise
