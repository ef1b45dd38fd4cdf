"""`smokegate preflight` names what a blueprint would break, with line and column, and sends nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smokegate.cli import main
from smokegate.commands.blueprint.read import Node, read
from smokegate.commands.blueprint.rules import judge
from smokegate.environment.model import Backend, Environment, Health
from smokegate.environment.render import Render

BROKEN = Path(__file__).parent / "blueprint.yaml"
FILE = """
title = "Shop"
[backend]
url = "https://shop.onrender.invalid"
[render]
service = "shop"
variables = ["SECRET_KEY"]
key_required = false
"""


def environment(**more: object) -> Environment:
    """Return an environment whose backend is the blueprint's `shop`."""
    section = {
        "service": "shop",
        "frontend": "shop-web",
        "database": "shop-db",
        "variables": ["SECRET_KEY", "FINNHUB_API_KEY", "MAIL_KEY"],
        "values": {"DEBUG": "False"},
        "branch": "main",
        **more,
    }
    backend = Backend(url="https://shop.onrender.invalid", health=Health(path="/health"))
    return Environment(name="shop", title="T", backend=backend, render=Render.read(section))


def test_everything_that_would_break_is_named_with_its_place() -> None:
    found = [(each.line, each.column, each.rule) for each in judge(read(BROKEN), environment())]
    assert found == [
        (5, 13, "branch"),
        (6, 19, "start-command"),
        (7, 22, "health-path"),
        (9, 7, "database"),
        (9, 7, "variables"),
        (10, 16, "literal-secret"),
        (12, 16, "values"),
        (15, 17, "database"),
        (24, 16, "api-address"),
    ]


def test_no_secret_is_shown() -> None:
    assert "hunter2" not in repr(judge(read(BROKEN), environment()))


def test_a_service_that_is_not_there_is_named() -> None:
    (found,) = [each for each in judge(read(BROKEN), environment(service="api")) if each.rule == "service"]
    assert "expected a service api" in found.text


@pytest.mark.parametrize(
    ("command", "rules"),
    [
        ("uvicorn app:app --host 0.0.0.0 --port $PORT", []),
        ("uvicorn app:app --host 0.0.0.0 --port ${PORT:-8000}", []),
        ("gunicorn app:app", []),
        ("gunicorn -b 127.0.0.1:$PORT app:app", ["start-command"]),
        ("flask run --port $PORT", ["start-command"]),
        ("uvicorn app:app --host 0.0.0.0 --port 8000", ["start-command"]),
        ("node server.js", []),
        ("npm start", []),
    ],
)
def test_a_start_command_is_judged_only_where_it_is_known_what_it_binds(command: str, rules: list[str]) -> None:
    service = {"type": "web", "name": "shop", "healthCheckPath": "/health", "startCommand": command}
    bare = environment(frontend=None, database=None, variables=[], values={}, branch=None)
    assert [each.rule for each in judge(Node({"services": [service]}), bare)] == rules


@pytest.mark.parametrize(("trigger", "rules"), [("off", ["auto-deploy"]), ("commit", []), ("checksPass", [])])
def test_auto_deploy_is_as_stated(trigger: str, rules: list[str]) -> None:
    service = {"type": "pserv", "name": "shop", "autoDeployTrigger": trigger}
    bare = environment(frontend=None, database=None, variables=[], values={}, branch=None, auto_deploy=True)
    assert [each.rule for each in judge(Node({"services": [service]}), bare)] == rules


def test_the_command_prints_findings_and_writes_sarif(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "shop.toml").write_text(FILE, "utf-8")
    (tmp_path / "render.yaml").write_text(BROKEN.read_text("utf-8"), "utf-8")
    assert main(["preflight", "shop", "--blueprint=render.yaml", "--sarif=out.sarif"]) == 1
    assert "render.yaml:7:22: error: expected /health" in capsys.readouterr().out
    (run,) = json.loads((tmp_path / "out.sarif").read_text("utf-8"))["runs"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 6


@pytest.mark.parametrize(("text", "place"), [("a: [1", (2, "not YAML")), ("- 1\n", (1, "expected a table"))])
def test_a_file_that_is_no_blueprint_is_a_finding(tmp_path: Path, text: str, place: tuple[int, str]) -> None:
    from smokegate.commands.blueprint.read import BlueprintError  # noqa: PLC0415 -- beside its test

    file = tmp_path / "render.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(BlueprintError) as broken:
        read(file)
    assert place[1] in broken.value.finding.text


def test_the_frontends_env_file_must_name_the_backend_that_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "shop.toml").write_text(FILE, "utf-8")
    lines = ["# VITE_API_URL=x", "VITE_NAME=Shop", "VITE_API_BASE_URL=https://shop.onrender.invalid/api"]
    (tmp_path / ".env.local").write_text("\n".join(lines), "utf-8")
    words = ["preflight", "shop", "--frontend-env=.env.local"]
    assert main(words) == 0
    assert main([*words, "--set=backend.url=http://localhost:8000"]) == 1
    assert (
        ".env.local:3:19: error: expected VITE_API_BASE_URL to be an address of localhost:8000"
        in capsys.readouterr().out
    )
