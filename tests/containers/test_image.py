"""The container image: built from the Dockerfile, without rights, and as good a judge as the package."""

from __future__ import annotations

import http.server
import subprocess
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Healthy(http.server.BaseHTTPRequestHandler):
    """An application that is well."""

    def do_GET(self) -> None:
        """Answer its health check; anything else is not there."""
        body = b'{"status": "ok"}' if self.path == "/health" else b'{"detail": "not found"}'
        self.send_response(200 if self.path == "/health" else 404)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def image(engine: None) -> Iterator[str]:  # noqa: ARG001 - it says that there is one
    """The image, built under a name of its own."""
    name = f"smokegate-test:{uuid.uuid4().hex[:12]}"
    done = subprocess.run(
        ["docker", "build", "--quiet", "--tag", name, "."], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    yield name
    subprocess.run(["docker", "image", "rm", "--force", name], capture_output=True, check=False)


def test_the_image_judges_without_rights(image: str) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Healthy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        words = ["docker", "run", "--rm", "--network=host", "--read-only", "--tmpfs=/tmp", image]
        done = subprocess.run([*words, "check", url], capture_output=True, text=True, check=False)
        server.shutdown()
    user = subprocess.run(
        ["docker", "run", "--rm", "--entrypoint=id", image, "-u"], capture_output=True, text=True, check=True
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASS" in done.stdout
    assert user.stdout.strip() == "10001"
