"""What Render itself says of the services: they are there, deployed, and nothing that they need is missing."""

from __future__ import annotations

from smokegate.api import Deployment, NotApplicable, NotJudged, check, same_commit

NEEDS = ("render",)
LIVE = ("render.deployed",)


@check("render.collected", needs=NEEDS)
def test_platform_can_be_asked(deployment: Deployment) -> None:
    """The platform's API answers with the key that the environment file names.

    Symptom: the key is not set or was revoked: what the platform knows of the deployment is not known here.
    """
    assert deployment.platform.view.cause is None


@check("render.service", after=("render.collected", "routing.app-answers"), needs=NEEDS)
def test_services_exist_and_are_not_suspended(deployment: Deployment) -> None:
    """Each service is there and is not suspended.

    Symptom: 404 `no-server` or the page 'This service has been suspended': someone deleted or suspended it.
    """
    platform = deployment.platform
    for service in platform.view.services.values():
        platform.expect(service.found, f"a service {service.name}", "none in the workspaces of this key")
        platform.expect(not service.suspended, f"{service.name} not suspended", f"suspended by {service.suspenders}")


@check("render.deployed", after=("render.service", "version.expected"), needs=NEEDS)
def test_latest_deploy_is_live(deployment: Deployment) -> None:
    """The latest deploy of each service is live, the backend's with the version that is expected.

    Symptom: everything is green on yesterday's code: the new build or its start failed, and the old version serves.
    """
    platform = deployment.platform
    for service in platform.services:
        platform.expect_live(service)


@check("render.variables", after=LIVE, needs=("render.variables",))
def test_required_variables_are_set(deployment: Deployment) -> None:
    """Each variable that the backend needs is set on the platform, and not empty.

    Symptom: the start fails, or the first request that needs a key does.
    """
    service = deployment.platform.readable("variables")
    absent = [*(f"{each} not set" for each in service.missing), *(f"{each} empty" for each in service.empty)]
    expected = f"{', '.join(deployment.platform.section.variables)} set"
    deployment.platform.expect(not absent, expected, ", ".join(absent))


@check("render.values", after=("render.variables", *LIVE), needs=("render.values",))
def test_variables_have_their_values(deployment: Deployment) -> None:
    """Variables with a value that the environment file declares have it on the platform: DEBUG is off.

    Symptom: tracebacks and the API's documentation are open to everyone.
    """
    platform = deployment.platform
    service = platform.readable("variables")
    declared = ", ".join(f"{name}={value}" for name, value in platform.section.values.items())
    platform.expect(not service.wrong, declared, f"another value of {', '.join(service.wrong)}")


@check("render.health-path", after=("render.service",), needs=NEEDS, severity="advisory")
def test_platform_checks_the_same_health_path(deployment: Deployment) -> None:
    """The platform's own health check requests the path that the environment file declares.

    Symptom: a version that starts and cannot work goes live, since nothing requested its health check.
    """
    service = deployment.platform.backend
    if service.health_path is None:
        raise NotApplicable("the service has no health check: it is not a web service")
    path = deployment.environment.backend.health.path
    deployment.platform.expect(service.health_path == path, f"a health check of {path}", service.health_path or "none")


@check("render.edge", after=(*LIVE, "version.single"), needs=("render", "version.path"), reads=("platform", "version"))
def test_edge_serves_what_is_live(deployment: Deployment) -> None:
    """The version that answers is the one that the platform says is live.

    Symptom: the dashboard shows the new deploy as live, and users get the old one.
    """
    live, commit = deployment.platform.live, deployment.commit
    if live is None or live.commit is None or commit is None:
        raise NotJudged("the live deploy, or the version that answers, does not say which commit it is")
    expected = f"commit {live.commit}, which is live by the platform's API"
    deployment.version.expect(same_commit(live.commit, commit), expected, f"commit {commit}")


@check("render.database", after=("render.service",), needs=("render.database",))
def test_database_is_available(deployment: Deployment) -> None:
    """The database that the backend depends on is available.

    Symptom: the health check is green, and everything with data fails: a free database has expired, say.
    """
    database = deployment.platform.database
    assert database is not None
    actual = "not found" if not database.found else "suspended" if database.suspended else database.status
    deployment.platform.expect(not database.is_away, f"{database.name} available", actual)
