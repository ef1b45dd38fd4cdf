"""`smokegate replica`: serve a reference deployment by hand, whole or broken."""

from __future__ import annotations

import argparse
import signal
import sys
from typing import TYPE_CHECKING

from smokegate.replica.catalogue import KINDS, UnknownFaultError, UnknownKindError, check_kind, faults
from smokegate.replica.process.client import Replica, ReplicaError, start

if TYPE_CHECKING:
    from collections.abc import Sequence

_WRONG_USE = 2


def main(argv: Sequence[str]) -> int:
    """Run the command; the exit code is 0 once stopped, 1 if nothing could be served, 2 for wrong use."""
    options = _parser().parse_args(argv)
    try:
        if options.kind is not None:
            check_kind(options.kind)
        if options.list or options.kind is None:
            sys.stdout.write(catalogue(options.kind))
            return 0
        return _serve(options)
    except (UnknownKindError, UnknownFaultError) as error:
        sys.stderr.write(f"smokegate replica: {error} (smokegate replica --list shows all of them)\n")
        return _WRONG_USE
    except ReplicaError as error:
        sys.stderr.write(f"smokegate replica: {error}\n")
        return 1


def catalogue(kind: str | None = None) -> str:
    """The faults of a kind, or of all, one a line with its cause and what it is."""
    lines = []
    for name, of_kind in faults().items():
        if kind in {None, name}:
            lines.append(f"{name}: {len(of_kind)} faults")
            width = max(map(len, of_kind))
            lines += [f"  {entry.name:<{width}}  {entry.cause[0]:<28}  {entry.title}" for entry in of_kind.values()]
    return "\n".join(lines) + "\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="smokegate replica",
        description="Serve a reference deployment on loopback until Ctrl-C, healthy or broken on purpose.",
    )
    parser.add_argument(
        "kind", nargs="?", metavar="KIND", help=f"{' or '.join(KINDS)}; without it, the faults are listed"
    )
    parser.add_argument("--fault", metavar="NAME", help="break it on purpose")
    parser.add_argument("--port", type=_port, default=0, help="the backend's port (default: any free one)")
    parser.add_argument("--tls", action="store_true", help="serve https, with a temporary certificate authority")
    parser.add_argument(
        "--seconds",
        type=float,
        metavar="S",
        help="how long a transient fault lasts, or how slow a slow one is",
    )
    parser.add_argument("--list", action="store_true", help="list the faults and stop")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 2**16 - 1:  # the frontend takes the next one
        raise argparse.ArgumentTypeError(f"{port} is not a port from 0 to 65534")
    return port


def _serve(options: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with start(options.kind, options.fault, tls=options.tls, port=options.port, seconds=options.seconds) as replica:
            sys.stdout.write(_notice(replica))
            sys.stdout.flush()
            while True:
                signal.pause()
    except KeyboardInterrupt:
        sys.stdout.write("\nstopped; nothing is left behind\n")
        return 0


def _notice(replica: Replica) -> str:
    fault = faults()[replica.kind][replica.fault] if replica.fault else None
    lines = [
        f"{replica.kind} replica, {f'broken: {fault.name} ({fault.title})' if fault else 'healthy'}",
        f"  backend   {replica.backend_url}",
        f"  frontend  {replica.frontend_url}",
    ]
    if replica.ca_file:
        lines.append(f"  trust     {replica.ca_file}")
    return "\n".join([*lines, f"  commit    {replica.commit}", "Ctrl-C stops it.", ""])
