"""What the applications need, installed once into a folder: frameworks, bundles, a database, certificates."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import trustme

HERE = Path(__file__).parent
PGPORT = "18999"
PASSWORD = "pw-database-1"
PROMETHEUS = """\
global: {scrape_interval: 1s}
scrape_configs:
  - job_name: self
    basic_auth: {username: staging, password: pw-basic-1}
    static_configs: [{targets: ["127.0.0.1:18111"]}]
"""
DATASETTE = {
    "databases": {"data": {"allow": {"bot": "gate"}}},
    "plugins": {"datasette-auth-tokens": {"tokens": [{"token": "tok-datasette-1", "actor": {"bot": "gate"}}]}},
}
"""Only who has the token may read the database."""


def install(home: Path) -> None:
    """Make the folder ready; what is in it already is left alone."""
    for folder in ("logs", "nginx", "reports"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    uv = str(Path(sys.executable).with_name("uv"))
    # Strawberry and MLflow want different versions of graphql-core.
    for name, wanted in {"venv": ["-r", str(HERE / "requirements.txt")], "graphql": GRAPHQL}.items():
        if not (home / name / "bin").exists():
            run(uv, "venv", "--quiet", "--python", sys.executable, str(home / name))
            run(uv, "pip", "install", "--quiet", "--python", str(home / name / "bin" / "python"), *wanted)
    if not (home / "node_modules").exists():
        shutil.copy(HERE / "package.json", home)
        run("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", at=home)
    shutil.copy(HERE / "apps.js", home)
    for name, setting in {"spa": {}, "apollo": {"VITE_GRAPHQL": "http://127.0.0.1:18115/graphql"}}.items():
        if not (home / name / "dist").exists():
            shutil.copytree(HERE / name, home / name, dirs_exist_ok=True)
            run("node", str(home / "node_modules/vite/bin/vite.js"), "build", at=home / name, **setting)
    (home / "nginx.conf").write_text((HERE / "nginx.conf").read_text().replace("HOME", str(home)))
    (home / "prometheus.yml").write_text(PROMETHEUS)
    (home / "prometheus-idle.yml").write_text("{}\n")
    (home / "datasette.json").write_text(json.dumps(DATASETTE))
    (home / "notebooks").mkdir(exist_ok=True)
    (home / "notebooks" / "orders.txt").write_text("one\n")
    certificates(home)
    people(home)
    database(home)


GRAPHQL = ["strawberry-graphql[fastapi]==0.341.2", "sqlalchemy", "psycopg[binary]", "uvicorn"]


def run(*command: str, at: Path | None = None, **variables: str) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, cwd=at, env={**os.environ, **variables}, check=True, timeout=900)


def certificates(home: Path) -> None:
    """Write the certificates of an internal authority, and a client's of another one; Prometheus' password, too."""
    authority, other = trustme.CA(), trustme.CA()
    issued = authority.issue_cert("127.0.0.1", "shop.invalid")
    issued.private_key_pem.write_to_path(str(home / "server.key"))
    issued.cert_chain_pems[0].write_to_path(str(home / "server.pem"))
    authority.cert_pem.write_to_path(str(home / "internal-ca.pem"))
    for name, client in {
        "client": authority.issue_cert("c@example.com"),
        "other": other.issue_cert("c@example.com"),
    }.items():
        client.private_key_and_cert_chain_pem.write_to_path(str(home / f"{name}.pem"))
    made = "import bcrypt; print(bcrypt.hashpw(b'pw-basic-1', bcrypt.gensalt(4)).decode())"
    hashed = subprocess.run(
        [home / "venv/bin/python", "-c", made], capture_output=True, text=True, check=True, timeout=60
    )
    (home / "prometheus-web.yml").write_text(f"basic_auth_users:\n  staging: {hashed.stdout}")


def people(home: Path) -> None:
    """Write datasette's database, and one without its table."""
    for name, rows in {"full": "create table people as select 'a' email", "empty": "create table other(x)"}.items():
        (home / f"{name}.db").unlink(missing_ok=True)
        with sqlite3.connect(home / f"{name}.db") as made:
            made.execute(rows)


def database(home: Path) -> None:
    """Create the PostgreSQL cluster with the user of the applications and their databases."""
    if (home / "pg" / "PG_VERSION").exists():
        return
    (home / "pg").mkdir(exist_ok=True)
    shutil.chown(home / "pg", "postgres")
    run(*as_postgres("initdb", "--auth-local=trust", "--auth-host=scram-sha-256", "-D", str(home / "pg")), at=home)
    server(home, "start")
    sql(home, f"create role app login createdb password '{PASSWORD}'")
    for name in ("app", "django", "users", "mlflow"):
        sql(home, f"create database {name} owner app")


def as_postgres(program: str, *words: str) -> list[str]:
    """Return the command that runs a program of PostgreSQL as the user that it insists on."""
    found = next(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    return ["runuser", "-u", "postgres", "--", str(found), *words]


def server(home: Path, *words: str) -> None:
    """Start or stop PostgreSQL; starting what runs is not an error."""
    options = ["-D", str(home / "pg"), "-o", f"-p {PGPORT} -k {home}/pg", "-l", str(home / "pg" / "log"), "-w"]
    subprocess.run(
        as_postgres("pg_ctl", *options, *words),
        check=False,
        timeout=120,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=home / "pg",
    )


def sql(home: Path, statement: str) -> None:
    """Run one statement as PostgreSQL's own user."""
    run(
        *as_postgres("psql", "-q", "-o", "/dev/null", "-h", str(home / "pg"), "-p", PGPORT, "-c", statement),
        at=home / "pg",
    )
