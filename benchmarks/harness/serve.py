"""A small server on loopback: `serve.py [--certificates FOLDER] [--there-after SECONDS] [--refuse]`.

Every path answers 200 with the JSON of a healthy service; with `--there-after` 503 until then, or, with
`--refuse`, no connection. With certificates it serves https, on one port of every address that the folder has
an `ADDRESS.leaf` for. Prints its port, and when its input is closed, when it was there and when it first said
so, in seconds of the monotonic clock.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import ssl
import sys
import time
from pathlib import Path

BODY = b'{"status":"healthy","service":"one of many"}'


class Server:
    """Answers requests without bodies, over connections that are kept."""

    def __init__(self, there: float) -> None:
        self.there = there
        self.seen: float | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer until the other side hangs up."""
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(self._answer())
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self) -> bytes:
        if time.monotonic() < self.there:
            return b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
        self.seen = self.seen or time.monotonic()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
        return head.encode() + BODY


def bound(address: str, port: int) -> socket.socket:
    """Return a socket that has an address and does not listen yet."""
    found = socket.socket(proto=socket.IPPROTO_TCP)  # else asyncio would hold small writes back
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind((address, port))
    return found


def sites(folder: str | None) -> list[tuple[socket.socket, ssl.SSLContext | None]]:
    """Return what to serve on, all on one port."""
    if folder is None:
        return [(bound("127.0.0.1", 0), None)]
    made: list[tuple[socket.socket, ssl.SSLContext | None]] = []
    port = 0
    for leaf in sorted(Path(folder).glob("*.leaf")):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(leaf)
        made.append((bound(leaf.stem, port), context))
        port = made[0][0].getsockname()[1]
    return made


async def main() -> None:
    """Serve until the standard input is closed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--certificates")
    parser.add_argument("--there-after", type=float, default=0.0)
    parser.add_argument("--refuse", action="store_true")
    options = parser.parse_args()
    served = sites(options.certificates)
    server = Server(time.monotonic() + options.there_after)
    print(served[0][0].getsockname()[1], flush=True)
    if options.refuse:
        await asyncio.sleep(options.there_after)
    for listening, context in served:
        await asyncio.start_server(server.serve, sock=listening, ssl=context, backlog=1024)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    print(json.dumps({"there": server.there, "seen": server.seen}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
