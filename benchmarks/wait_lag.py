"""How long after a new version is live `--wait --expect-commit` ends: the median of 20 deploys on loopback."""

from __future__ import annotations

import json
import statistics
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from smokegate.environment.model import Backend, Environment, Health, Version
from smokegate.observation.observer import Observer
from smokegate.observation.transport.pool import Pool

OLD, NEW, ROUNDS = "a" * 40, "b" * 40, 20


def lag(deploy: float) -> float:
    """Return the seconds between a deploy that goes live after `deploy` seconds and the end of the wait."""
    live = time.monotonic() + deploy

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = json.dumps({"commit": NEW if time.monotonic() >= live else OLD}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        backend = Backend(url=f"http://127.0.0.1:{server.server_port}", health=Health(samples=1))
        version = Version(path="/health", field="commit")
        environment = Environment(name="lag", title="Lag", backend=backend, version=version)
        pool = Pool(1)
        observer = Observer(environment, pool=pool, wait=30.0, expected_commit=NEW, controls=())
        observer.start()
        while observer.await_ready(0.01) is None:
            pass
        ended = time.monotonic()
        observer.close()
        pool.close()
        server.shutdown()
    return ended - live


def main() -> None:
    """Print the median and the longest."""
    found = [lag(0.5 + 0.07 * number) for number in range(ROUNDS)]
    print(f"wait over after live: median {statistics.median(found):.3f} s, longest {max(found):.3f} s of {ROUNDS}")


if __name__ == "__main__":
    main()
