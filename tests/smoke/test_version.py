"""What answers is the commit that was deployed."""

from __future__ import annotations

import pytest

from smokegate.environment.model import Environment
from smokegate.observation.evidence.version import deployed_commit, same_commit
from smokegate.observation.model import Observation
from smokegate.plugin.seen import Broken, NotApplicable, Seen


@pytest.mark.advisory
def test_commit_is_known(version: Seen, observation: Observation) -> None:
    """The deployment says which commit it is.

    Symptom: the header says "unknown", since the build did not set it: nobody can tell old from new.
    """
    if observation.commit is None:
        raise Broken("a commit", version.told(), version.exchange)


def test_expected_commit_answers(version: Seen, observation: Observation) -> None:
    """The commit that was just deployed is what answers.

    Symptom: every check is green on yesterday's code: the deploy failed, and the old version goes on serving.
    """
    if observation.expected_commit is None:
        raise NotApplicable("no commit is expected: --expect-commit=SHA")
    expected = observation.expected_commit
    version.unblocked()
    found = observation.commit
    version.must(same_commit(expected, found), f"commit {expected}", f"commit {found or 'unknown'}")


def test_one_commit_answers(version: Seen, samples: list[Seen], environment: Environment) -> None:
    """Every instance behind the address is the same commit.

    Symptom: the page is new on one load and old on the next, since a deploy stopped half way.
    """
    promised = environment.version
    assert promised is not None
    if promised.path != environment.backend.health.path or len(samples) < 2:
        raise NotApplicable("the commit is read once only: it is not in the health check's samples")
    version.unblocked()
    answers = [sample.exchange.answer for sample in samples]
    commits = {commit for answer in answers if answer and (commit := deployed_commit(promised, answer))}
    version.must(len(commits) < 2, "one commit in every sample", f"{', '.join(sorted(commits))}")
