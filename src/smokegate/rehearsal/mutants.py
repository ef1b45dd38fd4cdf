"""Derives every way to break a promise of an environment file, from the file and what was answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from smokegate.environment.model import Environment, Expectation
from smokegate.rehearsal.exchanges import Recorded, Recording, Wire
from smokegate.rehearsal.mutants_frontend import frontend
from smokegate.rehearsal.mutants_sign_in import sign_in
from smokegate.rehearsal.mutation import (
    LONGEST,
    STRANGE,
    STRANGER,
    Change,
    Mutation,
    as_it_is,
    breakers,
    give,
    put,
    say,
    slow,
    with_header,
    with_json,
    with_status,
    without_text,
)

NO_SERVER = Recorded(404, (("content-type", "text/plain"), ("x-render-routing", "no-server")), b"Not Found\n")
NGINX = Recorded(
    502,
    (("server", "nginx"), ("content-type", "text/html")),
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
)


def mutations(environment: Environment, recording: Recording) -> list[Mutation]:
    """Return every way to break a promise, the whole target first."""
    found = [*_target(), *_health(environment, recording)]
    for endpoint in environment.backend.endpoints:
        where = f"backend.endpoints {endpoint.path}"
        found += _promise(endpoint, where, f"backend {endpoint.method} {endpoint.path}", recording)
    found += [*_monitoring(environment, recording), *_version(environment, recording)]
    found += [*sign_in(environment, recording), *frontend(environment, recording)]
    return found


def beyond(environment: Environment, recording: Recording) -> list[str]:
    """Return what cannot be rehearsed with a proxy, and why."""
    found = []
    if environment.backend.url.startswith("https:"):
        found.append("certificates: the proxy serves plain http on loopback")
    if environment.server is not None:
        found.append("server and containers: the proxy breaks answers, not hosts; server data is not collected again")
    if environment.version is not None and _commit(environment, recording) is None:
        found.append("version: the deployment does not report its commit")
    budgets = {f"backend.endpoints {e.path}": e.within for e in environment.backend.endpoints}
    budgets["backend.health"] = environment.backend.health.within
    found += [
        f"{where}.within: {budget:g} s is longer than a rehearsal waits"
        for where, budget in budgets.items()
        if budget is not None and budget > LONGEST
    ]
    return found


def _target() -> Iterator[Mutation]:
    where = "backend.url"
    gone = "backend.url=http://smokegate-rehearsal.invalid"
    yield Mutation("name-not-found", where, "the host name does not exist", site=None, overrides=(gone,))
    yield Mutation("refused", where, "no one listens on the port", site=None, closed="backend")
    yield Mutation("reset", where, "every connection is reset", change=give(Wire.RESET))
    short = ("backend.timeout=1500ms",)
    yield Mutation("hang", where, "no request is ever answered", change=give(Wire.HANG), overrides=short)
    yield Mutation("truncated", where, "every body ends half way", change=give(Wire.TRUNCATE))
    yield Mutation("no-server", where, "the platform has no server for the name", change=give(NO_SERVER))
    yield Mutation("bad-gateway", where, "nginx answers in the place of the application", change=give(NGINX))
    yield Mutation("stranger", where, "a web server's default page answers everything", change=give(STRANGER))
    yield Mutation(
        "error-everywhere", where, "every request ends in an error", change=say(500, "Internal Server Error")
    )


def _health(environment: Environment, recording: Recording) -> Iterator[Mutation]:
    health = environment.backend.health
    step = f"backend GET {health.path}"
    yield from _promise(health, "backend.health", step, recording)
    if health.samples > 1:
        title = "every second health check fails"
        yield Mutation("health-unsteady", "backend.health.samples", title, (step,), change=say(500, "error"), every=2)


def _promise(promise: Expectation, where: str, step: str, recording: Recording) -> Iterator[Mutation]:
    """Break each part of one promise: status, JSON, text, headers, time; and give a stranger's page."""
    name = where.removeprefix("backend.").replace("endpoints ", "")
    answer = recording.first(step) or Recorded(promise.usual_status)
    other = 500 if promise.usual_status < 500 else 404

    def mutation(part: str, title: str, change: Change = as_it_is, label: str = "") -> Mutation:
        return Mutation(f"{name} {label or title}", f"{where}{part}", title, (step,), change=change)

    yield mutation(".status", f"status {other}", with_status(other), "status")
    for each in promise.json_:
        key = f".json.{each.key}"
        ways = list(breakers(each, answer.json))
        if not ways:
            yield mutation(key, "no value breaks this expectation", label=f"json {each.key}")
        for how, body in ways:
            yield mutation(key, how, with_json(body))
    if promise.contains is not None:
        yield mutation(".contains", "the text is gone", without_text(promise.contains), "text")
    if promise.text is not None and {"equals", "contains", "matches"} & promise.text.given.keys():
        another = Recorded(promise.usual_status, (("content-type", "text/plain"),), STRANGE.encode())
        yield mutation(".text", "another text", give(another))
    for header in promise.headers:
        for how, value in (("another value", STRANGE), ("gone", None)):
            yield mutation(f".headers.{header}", f"header {header}: {how}", with_header(header, value))
    yield from slow(name, where, promise.within, step)
    if promise.usual_status != 404:
        title = "another server's page with the expected status"
        change = give(replace(STRANGER, status=promise.usual_status))
        yield mutation(" (what it answers)", title, change, "stranger")


def _monitoring(environment: Environment, recording: Recording) -> Iterator[Mutation]:
    promised = environment.backend.monitoring
    if promised is None:
        return
    where, step = "backend.monitoring", f"backend GET {promised.path}"
    body = (recording.first(step) or Recorded(200)).json
    yield Mutation("monitoring status", f"{where}.path", "status 500", (step,), change=with_status(500))
    said: list[tuple[str, str, str, Any]] = [
        ("an error inside a 200", "error", "field", "error"),
        ("a status that no one knows", STRANGE, "field", STRANGE),
        *((f"status {word}", word, "field", word) for word in (*promised.degraded, *promised.unhealthy)),
    ]
    if promised.age_field is not None and promised.fresh_within is not None:
        ages = {"old data": promised.fresh_within + 60, "data of the future": -7200.0, "an age that is null": None}
        said += [(title, title, "fresh_within", value) for title, value in ages.items()]
    for title, label, key, value in said:
        path = (promised.age_field or "") if key == "fresh_within" else promised.field
        change = with_json(put(body, tuple(path.split(".")), value))
        yield Mutation(f"monitoring {label}", f"{where}.{key}", title, (step,), change=change)
    yield from slow("monitoring", where, promised.within, step)


def _commit(environment: Environment, recording: Recording) -> Recorded | None:
    version = environment.version
    answer = recording.first(f"backend GET {version.path}") if version else None
    if version is None or answer is None:
        return None
    stated = bool(version.header and answer.header(version.header.lower()))
    return answer if stated or version.field is not None else None


def _version(environment: Environment, recording: Recording) -> Iterator[Mutation]:
    version, answer = environment.version, _commit(environment, recording)
    if version is None or answer is None:
        return
    step = f"backend GET {version.path}"
    for title, commit in (("another commit answers", "0" * 40), ("the commit is unknown", "unknown")):
        if version.header is not None:
            change = with_header(version.header, commit)
        else:
            change = with_json(put(answer.json, tuple((version.field or "").split(".")), commit))
        yield Mutation(title, "version", title, (step,), change=change)
        health = environment.backend.health
        if commit != "unknown" and version.path == health.path and health.samples > 1:
            mixed = "every second instance is another commit"
            yield Mutation("mixed-versions", "version", mixed, (step,), change=change, every=2)
