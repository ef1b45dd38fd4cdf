"""Every kind of application with an environment file, healthy and with three faults: `python run.py HOME [NAME …]`.

HOME is a folder for what is installed, kept for the next time. Needs root, PostgreSQL, nginx, Node.js with npm and
Prometheus (Debian's packages). Writes the table that the README of this folder shows.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from install import HERE, PASSWORD, PGPORT, install, server, sql

GOOD = {
    "EMAIL": "someone@example.com",
    "PASSWORD": "pw-standing-1",
    "JUPYTER_TOKEN": "tok-jupyter-1",
    "DATASETTE_TOKEN": "tok-datasette-1",
    "BASIC_USER": "staging",
    "BASIC_PASSWORD": "pw-basic-1",
    "API_KEY": "key-12345678",
    "CLIENT_CERT": "client.pem",
}
ROTATED = {
    "PASSWORD": "pw-rotated-9",
    "JUPYTER_TOKEN": "tok-wrong-99",
    "DATASETTE_TOKEN": "tok-wrong-99",
    "BASIC_PASSWORD": "pw-rotated-9",
    "API_KEY": "key-rotated-9",
    "CLIENT_CERT": "other.pem",
}
OWN_STORE = {"datasette", "jupyter", "prometheus"}
"""Applications that keep their data in a file or folder of their own."""
SHARED = {"drf-token": "django-session", "graphql": "apollo"}
"""Files that look at the application of another one."""


def commands(home: Path) -> dict[str, tuple[int, list[str]]]:
    """Return the port and the command of each application, by the name of its file."""
    python, gunicorn = str(home / "venv/bin/python"), str(home / "venv/bin/gunicorn")

    def web(name: str, port: int, interpreter: str = python) -> tuple[int, list[str]]:
        return port, [interpreter, str(HERE / "apps.py"), name, str(port)]

    def flask(name: str, port: int) -> tuple[int, list[str]]:
        return port, [gunicorn, "--chdir", str(HERE), "-b", f"127.0.0.1:{port}", "-w", "2", f"apps:{name}()"]

    tracking = f"postgresql+psycopg://app:{PASSWORD}@127.0.0.1:{PGPORT}/mlflow"
    return {
        "django-session": web("django", 18101),
        "fastapi-oauth2": web("oauth2", 18102),
        "fastapi-users": web("fastapi_users", 18103),
        "flask-text": flask("flask_text", 18104),
        "flask-login": web("flask_login", 18105),
        "express-session": (18106, ["node", str(home / "apps.js"), "express", "18106"]),
        "fastify-nested": (18107, ["node", str(home / "apps.js"), "fastify", "18107"]),
        "datasette": (
            18108,
            [
                *(str(home / "venv/bin/datasette"), "serve", str(home / "data.db"), "-p", "18108", "--nolock"),
                *("-m", str(home / "datasette.json")),
            ],
        ),
        "jupyter": (
            18109,
            [
                *(str(home / "venv/bin/jupyter-server"), "--allow-root", "--port=18109", "--no-browser"),
                *("--IdentityProvider.token=tok-jupyter-1", f"--ServerApp.root_dir={home}/notebooks"),
            ],
        ),
        "mlflow": (
            18110,
            [
                *(str(home / "venv/bin/mlflow"), "server", "-p", "18110", "--workers", "1"),
                *("--backend-store-uri", tracking, "--artifacts-destination", str(home / "artifacts")),
            ],
        ),
        "prometheus": (
            18111,
            [
                *("prometheus", f"--config.file={home}/prometheus.yml", f"--storage.tsdb.path={home}/tsdb"),
                *("--web.listen-address=127.0.0.1:18111", f"--web.config.file={home}/prometheus-web.yml"),
            ],
        ),
        "vite-nginx": (18113, ["env", "PREFIX=/api", *web("api", 18113)[1]]),
        "apollo": web("graphql", 18115, str(home / "graphql/bin/python")),
        "actuator": web("actuator", 18116),
        "basic": flask("basic", 18117),
        "api-key": flask("api_key", 18118),
        "mtls": web("mtls", 18119),
        "internal-ca": web("internal", 18120),
        "ipv6": web("ipv6", 18121),
        "base-path": (18122, ["env", "PREFIX=/shop/v2", *web("api", 18122)[1]]),
    }


class Rig:
    """The applications of a run, and their database."""

    def __init__(self, home: Path, names: list[str]) -> None:
        self.home, self.names = home, names
        self.files = home / "environments"
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start what the named files look at, and wait until each accepts connections."""
        shutil.copy(self.home / "full.db", self.home / "data.db")
        known, wanted = commands(self.home), {SHARED.get(name, name) for name in self.names}
        self.run("nginx", ["nginx", "-c", str(self.home / "nginx.conf"), "-g", "daemon off;"])
        for name in sorted(wanted):
            self.run(name, known[name][1])
        for name in wanted:
            wait(known[name][0])
        if "mlflow" in wanted:  # its first query makes its tables, which takes it longer than any deadline of a file
            url = "http://127.0.0.1:18110/api/2.0/mlflow/experiments/search?max_results=1"
            urllib.request.urlopen(url, timeout=600).close()

    def run(self, name: str, command: list[str]) -> None:
        """Start one program."""
        url = f"postgresql+psycopg://app:{PASSWORD}@127.0.0.1:{PGPORT}/"
        variables = {
            "PG": f"host=127.0.0.1 port={PGPORT} user=app password={PASSWORD}",
            "PGURL": url,
            "NODEPG": f"postgres://app:{PASSWORD}@127.0.0.1:{PGPORT}/app",
            "TLS": str(self.home),
            "PATH": f"{os.environ['PATH']}:{self.home}",
        }
        with (self.home / "logs" / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                command,
                cwd=self.home,
                env={**os.environ, **variables},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self, *names: str) -> None:
        """Kill these programs, or all of them."""
        for name in names or tuple(self.running):
            process = self.running.pop(name, None)
            if process is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(30)

    def look(self, label: str, names: list[str], **variables: str) -> dict[str, tuple[str, str]]:
        """Run smokegate on these files; returns verdict and cause by name."""
        reports = self.home / "reports" / label
        shutil.rmtree(reports, ignore_errors=True)
        command = [str(Path(sys.executable).with_name("smokegate")), "run", *names, "-q", "--reports", str(reports)]
        with (self.home / "logs" / f"run-{label}.log").open("wb") as log:
            subprocess.run(
                [*command, "--environments", str(self.files)],
                cwd=self.home,
                env={**os.environ, **GOOD, **variables},
                stdout=log,
                stderr=log,
                check=False,
                timeout=900,
            )
        found = {}
        for name in names:
            (seen,) = (
                json.loads((reports / f"{name}.json").read_text())["environments"]
                if len(names) == 1
                else [each for each in documents(reports) if each["name"] == name]
            )
            cause = seen["cause"]
            found[name] = seen["verdict"], "" if cause is None else f"`{cause['code']}` ({cause['confidence']})"
        return found

    def empty_stores(self) -> None:
        """Start the applications that keep their data themselves on a store that is empty."""
        for name in OWN_STORE & self.running.keys():
            self.stop(name)
            port, command = commands(self.home)[name]
            if name == "datasette":
                shutil.copy(self.home / "empty.db", self.home / "data.db")
            else:
                (self.home / "nothing").mkdir(exist_ok=True)
                command = [word.replace("/notebooks", "/nothing").replace("/tsdb", "/no-tsdb") for word in command]
                command = [word.replace("prometheus.yml", "prometheus-idle.yml") for word in command]
            self.run(name, command)
            wait(port)

    def rounds(self) -> Iterator[tuple[str, dict[str, tuple[str, str]]]]:
        """Yield each round's name and what was found: healthy, and each fault."""
        on_database = [name for name in self.names if name not in OWN_STORE]
        with_secret = [name for name in self.names if set(ROTATED) & set(variables_of(self.files / f"{name}.toml"))]
        yield "healthy", self.look("healthy", self.names)
        yield "wrong secret", self.look("secret", with_secret, **ROTATED) if with_secret else {}
        without = [name for name in on_database if name not in with_secret]
        sql(self.home, "alter role app password 'pw-rotated-9'")
        sql(self.home, "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'")
        yield "wrong secret", self.look("rotated", without) if without else {}
        sql(self.home, f"alter role app password '{PASSWORD}'")
        server(self.home, "stop", "-m", "immediate")
        self.empty_stores()
        yield "database away", self.look("database", self.names)
        server(self.home, "start")
        self.stop(*(name for name in self.running if name != "nginx"))
        yield "process stopped", self.look("stopped", self.names)


def documents(reports: Path) -> list[dict[str, object]]:
    """Return what the reports of a run say of each environment."""
    texts = [file.read_text() for file in reports.glob("*.json")]
    return [each for text in texts for each in json.loads(text).get("environments", ())]


def variables_of(file: Path) -> list[str]:
    """Return the variables that a file names."""
    text = file.read_text()
    return [name for name in GOOD if f'env = "{name}"' in text]


def wait(port: int) -> None:
    """Wait until something accepts connections on a port of loopback."""
    for _ in range(600):
        for host in ("127.0.0.1", "::1"):
            with contextlib.suppress(OSError):
                socket.create_connection((host, port), 1).close()
                return
        time.sleep(0.3)
    sys.exit(f"nothing accepts connections on port {port}: see the logs")


def table(files: Path, found: dict[str, dict[str, tuple[str, str]]]) -> Iterator[str]:
    """Yield the table's lines."""
    heads = ("healthy", "wrong secret", "database away", "process stopped")
    yield f"| application | lines | {' | '.join(heads)} |"
    yield f"| --- | ---: |{' --- |' * len(heads)}"
    for name in sorted(found["healthy"]):
        lines = sum(bool(line.strip()) for line in (files / f"{name}.toml").read_text().splitlines())
        cells = (" ".join(found[head].get(name, ("-",))).strip() for head in heads)
        yield f"| {name} | {lines} | {' | '.join(cells)} |"


def main() -> None:
    """Install, run every round, and print the table."""
    home, *names = Path(sys.argv[1]).resolve(), *sys.argv[2:]
    names = list(names) or sorted(file.stem for file in (HERE / "environments").glob("*.toml"))
    install(home)
    shutil.copytree(HERE / "environments", home / "environments", dirs_exist_ok=True)
    for name in ("internal-ca.pem", "client.pem", "other.pem"):
        shutil.copy(home / name, home / "environments")
    rig, found = Rig(home, names), dict[str, dict[str, tuple[str, str]]]()
    server(home, "start")
    try:
        rig.start()
        for label, seen in rig.rounds():
            found.setdefault(label, {}).update(seen)
    finally:
        rig.stop()
        server(home, "stop", "-m", "fast")
    print("\n".join(table(home / "environments", found)))


if __name__ == "__main__":
    main()
