"""What a blueprint must have so that the deployment of an environment file can work."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from smokegate.commands.blueprint.read import Finding, Node
from smokegate.environment.model import Environment
from smokegate.environment.render import Render


@cache
def _known() -> dict[str, Any]:
    return tomllib.loads((files("smokegate.knowledge") / "blueprint.toml").read_text("utf-8"))


def _says(word: str, text: str) -> bool:
    return re.search(_known()["words"][word], text, re.IGNORECASE) is not None


def judge(tree: Node, environment: Environment) -> list[Finding]:
    """Return everything that is wrong with a blueprint, in the order of its lines."""
    section = environment.render
    assert section is not None
    found = list(_secrets(tree))
    services = {"service": _service(tree, section.service)}
    if section.frontend:
        services["frontend"] = _service(tree, section.frontend)
    for key, service in services.items():
        if service is None:
            text = f"expected a service {getattr(section, key)}: `render.{key}` names it"
            found.append((tree.get("services") or tree).finding("service", text))
    if (backend := services["service"]) is not None:
        found += _variables(tree, backend, section)
        found += _backend(backend, environment)
        found += _database(tree, backend, section)
    if (frontend := services.get("frontend")) is not None:
        found += _address(frontend, environment)
    return sorted(found, key=lambda each: (each.line, each.column, each.rule))


def _services(tree: Node) -> Iterator[Node]:
    """Yield the services, those of projects' environments included."""
    yield from tree.items("services")
    for project in tree.items("projects"):
        for each in project.items("environments"):
            yield from each.items("services")


def _service(tree: Node, name: str) -> Node | None:
    return next((each for each in _services(tree) if each.text("name") == name), None)


def _entries(tree: Node, service: Node) -> Iterator[Node]:
    """Yield the variables of a service, those of the groups that it names included."""
    for entry in service.items("envVars"):
        group = entry.text("fromGroup")
        if group:
            for each in tree.items("envVarGroups"):
                if each.text("name") == group:
                    yield from each.items("envVars")
        else:
            yield entry


def _variables(tree: Node, service: Node, section: Render) -> Iterator[Finding]:
    entries = {each.text("key"): each for each in _entries(tree, service)}
    place = service.get("envVars") or service
    for name in dict.fromkeys((*section.variables, *section.values)):
        if name not in entries:
            yield place.finding("variables", f"expected {name} in envVars: the backend needs it")
    for name, entry in entries.items():
        given, value, wanted = entry.get("value"), entry.text("value"), section.values.get(name)
        if given is not None and wanted is not None and value.lower() != wanted.lower():
            yield given.finding("values", f"expected {name} to be {wanted}")
        if given is not None and name in section.variables and not value.strip():
            yield given.finding("variables", f"expected a value of {name}, found it empty")


def _backend(service: Node, environment: Environment) -> Iterator[Finding]:
    section, health = environment.render, environment.backend.health.path
    assert section is not None
    if service.text("type") == "web":
        path = service.get("healthCheckPath")
        if path is None:
            text = f"expected healthCheckPath: {health}; without it a version that cannot work goes live"
            yield service.finding("health-path", text)
        elif path.value != health:
            text = f"expected {health}, as the environment file has it, found {path.value}"
            yield path.finding("health-path", text)
        yield from _start(service)
    branch, stated = service.get("branch"), section.branch
    if stated is not None and (branch is None or branch.value != stated):
        yield (branch or service).finding("branch", f"expected branch: {stated}")
    if section.auto_deploy is not None:
        trigger, old = service.get("autoDeployTrigger"), service.get("autoDeploy")
        on = str(trigger.value) != "off" if trigger else service.text("autoDeploy") not in {"false", "no"}
        if on is not section.auto_deploy:
            word = "on" if section.auto_deploy else "off"
            yield (trigger or old or service).finding(
                "auto-deploy", f"expected it {word}: `render.auto_deploy` says so"
            )


def _start(service: Node) -> Iterator[Finding]:
    """Judge what the start command binds, where it is known what it does by itself."""
    start, command = service.get("startCommand"), service.text("startCommand")
    if start is None:
        return
    if _says("loopback", command) and "0.0.0.0" not in command:  # noqa: S104 -- what Render asks for
        yield start.finding("start-command", "expected it to bind 0.0.0.0: Render cannot reach a loopback address")
        return
    server = next((each for each in _known()["server"] if re.search(each["command"], command)), None)
    if server is None:
        return
    if not re.search(server["host"], command):
        yield start.finding("start-command", "expected it to bind 0.0.0.0: this server listens on loopback by itself")
    elif not re.search(server["port"], command) or not re.search(r"\$\{?PORT\b|10000", command):
        yield start.finding("start-command", "expected the port $PORT, which Render expects", "warning")


def _secrets(tree: Node) -> Iterator[Finding]:
    """Yield literal secrets; the value is not shown."""
    holders = [*_services(tree), *tree.items("envVarGroups")]
    for entry in (each for holder in holders for each in holder.items("envVars")):
        name, value = entry.text("key"), entry.text("value")
        given = entry.get("value")
        if given is not None and _says("secret", name) and not _says("harmless", value):
            text = f"{name} is a secret in the file: use `sync: false` or `generateValue`, and replace it"
            yield given.finding("literal-secret", text)


def _database(tree: Node, service: Node, section: Render) -> Iterator[Finding]:
    declared = {each.text("name") for each in tree.items("databases")}
    used = [each for entry in service.items("envVars") if (each := entry.get("fromDatabase")) is not None]
    for each in used:
        if each.text("name") not in declared:
            place = each.get("name") or each
            yield place.finding("database", f"expected a database {each.text('name')} under `databases`")
    name = section.database
    if name is None:
        return
    if name not in declared:
        yield (tree.get("databases") or tree).finding("database", f"expected a database {name} under `databases`")
    elif name not in {each.text("name") for each in used}:
        place = service.get("envVars") or service
        yield place.finding("database", f"expected a variable with fromDatabase: {name}, such as DATABASE_URL")


def judge_env_file(text: str, environment: Environment) -> list[Finding]:
    """Return the variables of a frontend's `.env` file that are an address of another backend than the one declared."""
    found = []
    for number, row in enumerate(text.splitlines(), 1):
        name, equals, value = row.partition("=")
        name = name.strip().removeprefix("export ").strip()
        if not equals or name.startswith("#") or not _says("address", name):
            continue
        host, wanted = _host(value.strip().strip("'\"")), urlsplit(environment.backend.url).netloc
        if host != wanted:
            said = f"expected {name} to be an address of {wanted}, the backend's; found {host or 'none'}"
            found.append(Finding("api-address", "error", said, number, row.index("=") + 2))
    return found


def _host(value: str) -> str:
    return urlsplit(value if "//" in value else f"//{value}").netloc


def _address(frontend: Node, environment: Environment) -> Iterator[Finding]:
    """Judge the API address that the frontend is built with."""
    wanted = urlsplit(environment.backend.url).netloc
    for entry in frontend.items("envVars"):
        name, value, given = entry.text("key"), entry.text("value"), entry.get("value")
        if given is None or not _says("address", name) or not wanted:
            continue
        host = _host(value)
        if host and host != wanted:
            text = f"expected {name} to be an address of {wanted}, the backend's; the page would call {host}"
            yield given.finding("api-address", text)
