"""Derives every way to break a promise of an environment file, from the file and what was answered."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from smokegate.environment.model import Environment, Expectation
from smokegate.rehearsal.exchanges import Recorded, Recording, Wire
from smokegate.rehearsal.mutants_frontend import frontend
from smokegate.rehearsal.mutants_sign_in import sign_in
from smokegate.rehearsal.mutation import (
    LONGEST,
    STRANGE,
    STRANGER,
    Mutation,
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
    yield Mutation(f"{name} status", f"{where}.status", f"status {other}", (step,), change=with_status(other))
    for each in promise.json_:
        key = f"{where}.json.{each.key}"
        ways = list(breakers(each, answer.json))
        if not ways:
            yield Mutation(f"{name} json {each.key}", key, "no value breaks this expectation", (step,))
        for how, body in ways:
            yield Mutation(f"{name} {how}", key, how, (step,), change=with_json(body))
    if promise.contains is not None:
        change = without_text(promise.contains)
        yield Mutation(f"{name} text", f"{where}.contains", "the text is gone", (step,), change=change)
    if promise.text is not None and {"equals", "contains", "matches"} & promise.text.given.keys():
        change = give(Recorded(promise.usual_status, (("content-type", "text/plain"),), STRANGE.encode()))
        yield Mutation(f"{name} another text", f"{where}.text", "another text", (step,), change=change)
    for header in promise.headers:
        for how, value in (("another value", STRANGE), ("gone", None)):
            title = f"header {header}: {how}"
            yield Mutation(
                f"{name} {title}",
                f"{where}.headers.{header}",
                title,
                (step,),
                change=with_header(header, value),
            )
    yield from slow(name, where, promise.within, step)
    if promise.usual_status != 404:
        title = "another server's page with the expected status"
        change = give(replace(STRANGER, status=promise.usual_status))
        yield Mutation(f"{name} stranger", f"{where} (what it answers)", title, (step,), change=change)


def _monitoring(environment: Environment, recording: Recording) -> Iterator[Mutation]:
    promised = environment.backend.monitoring
    if promised is None:
        return
    where, step = "backend.monitoring", f"backend GET {promised.path}"
    body = (recording.first(step) or Recorded(200)).json
    path = tuple(promised.field.split("."))
    yield Mutation("monitoring status", f"{where}.path", "status 500", (step,), change=with_status(500))
    said = [("an error inside a 200", "error"), ("a status that no one knows", STRANGE)]
    said += [(f"status {word}", word) for word in (*promised.degraded, *promised.unhealthy)]
    for title, word in said:
        change = with_json(put(body, path, word))
        yield Mutation(f"monitoring {word}", f"{where}.field", title, (step,), change=change)
    if promised.age_field is not None and promised.fresh_within is not None:
        age = tuple(promised.age_field.split("."))
        ages = {
            "old data": promised.fresh_within + 60,
            "data of the future": -7200.0,
            "an age that is null": None,
        }
        for title, value in ages.items():
            change = with_json(put(body, age, value))
            yield Mutation(f"monitoring {title}", f"{where}.fresh_within", title, (step,), change=change)
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
        if (
            commit != "unknown"
            and version.path == environment.backend.health.path
            and environment.backend.health.samples > 1
        ):
            mixed = "every second instance is another commit"
            yield Mutation("mixed-versions", "version", mixed, (step,), change=change, every=2)
