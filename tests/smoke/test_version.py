"""What answers is the version that was deployed."""

from __future__ import annotations

from smokegate.api import Deployment, ExpectationFailed, NotApplicable, check, same_version


@check("version.known", after=("routing.right-service",), needs=("version",), severity="advisory")
def test_commit_is_known(deployment: Deployment) -> None:
    """The deployment reports which version it is: a commit, a release or a build.

    Symptom: the header says "unknown", since the build did not set it: old and new cannot be distinguished.
    """
    if deployment.version_is_answered:
        version = deployment.version
        version.expect(version.answer and deployment.commit, "a version")
    else:
        _expect(deployment.commit, "a version", "none: neither the platform nor the container says it")


@check("version.expected", after=("routing.right-service",), reads=("version",))
def test_expected_commit_answers(deployment: Deployment) -> None:
    """The version that was just deployed is what answers.

    Symptom: every check is green on yesterday's code: the deploy failed, and the old version keeps serving.
    """
    expected = deployment.expected_commit
    if expected is None:
        raise NotApplicable("no version is expected: --expect-version=ANY or --expect-commit=SHA")
    if deployment.version_is_answered:
        version = deployment.version
        found = deployment.commit if version.answer else None
        same = same_version(expected, found, deployment.environment.version)
        version.expect(same, f"version {expected}", f"version {found or 'unknown'}")
    else:
        found = deployment.commit
        same = same_version(expected, found, deployment.environment.version)
        _expect(same, f"version {expected}", f"version {found or 'unknown'}")


@check("version.single", after=("health.steady",), needs=("version.path",), reads=("health", "version"))
def test_one_commit_answers(deployment: Deployment) -> None:
    """Every instance behind the address is the same version.

    Symptom: the page is new on one load and old on the next, since a deploy stopped half way.
    """
    samples = deployment.samples
    if not deployment.version_is_in_samples or len(samples) < 2:
        raise NotApplicable("the version is read once only: it is not in the health check's samples")
    commits = {commit for sample in samples if (commit := deployment.commit_in(sample))}
    deployment.version.expect(len(commits) < 2, "one version in every sample", ", ".join(sorted(commits)))


def _expect(holds: object, expected: str, actual: str) -> None:
    if not holds:
        raise ExpectationFailed(expected, actual)
