"""Looks at every hostile server in one process, and writes a line of JSON for each: how it ended, time, memory."""

from __future__ import annotations

import contextlib
import json
import resource
import socket
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from servers import KINDS, Kind

from smokegate.diagnosis.engine import diagnose
from smokegate.environment.model import Backend, Endpoint, Environment, Health
from smokegate.observation.exchange import Answer, NoAnswer
from smokegate.observation.observer import Observer
from smokegate.observation.transport.pool import Pool


class Server:
    """Serves every connection as its kind says."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.over = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError), sock:
            sock.recv(65536)
            for piece in self.kind.sends():
                if self.over.is_set():
                    return
                sock.sendall(piece)
            if self.kind.holds:
                self.over.wait(60)
            else:
                sock.shutdown(socket.SHUT_WR)
                sock.recv(65536)

    def close(self) -> None:
        """Let go of every connection."""
        self.over.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def peak() -> float:
    """Return the most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def look(kind: Kind) -> dict[str, object]:
    """Check a server with six endpoints, as a run does, and diagnose its answers."""
    server, pool = Server(kind), Pool()
    paths = tuple(Endpoint(path=f"/{number}") for number in range(6))
    backend = Backend(url=server.url, timeout=kind.timeout, health=Health(samples=2), endpoints=paths)
    environment = Environment(name="hostile", title="Hostile", backend=backend)
    began = time.monotonic()
    observer = Observer(environment, pool=pool, controls=(), deadline=60.0)
    observer.start()
    seen = observer.complete()
    diagnose(environment, seen, (), "smokegate run hostile")
    seconds = time.monotonic() - began
    observer.close()
    pool.close()
    server.close()
    outcome = seen.exchanges["health"].outcome if "health" in seen.exchanges else None
    ended = "nothing"
    if isinstance(outcome, Answer):
        ended = str(outcome.status)
    elif isinstance(outcome, NoAnswer):
        ended = outcome.cause.code
    detail = outcome.detail if isinstance(outcome, NoAnswer) else ""
    return {"name": kind.name, "ended": ended, "seconds": seconds, "detail": detail, "complete": seen.complete}


def main() -> None:
    """Check all; the first is only there to import what is needed."""
    look(next(kind for kind in KINDS if kind.name == "interim-once"))
    before = peak()
    for kind in KINDS:
        found = look(kind)
        for _ in range(5):
            if found["ended"] == "connect-timeout":  # each of them accepts: this machine stood still meanwhile
                found = look(kind)
        sys.stdout.write(json.dumps({**found, "memory": peak() - before}) + "\n")


if __name__ == "__main__":
    main()
