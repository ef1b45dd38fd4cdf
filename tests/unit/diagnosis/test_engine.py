"""The engine: what silences what, which finding is the headline, and what it says where no rule knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests_support.diagnosis import an_environment, answered, healthy, silent, silent_everywhere
from tests_support.suite import judged

from smokegate.diagnosis.catalogue import all_rules, can_silence
from smokegate.diagnosis.engine import diagnose, follows
from smokegate.diagnosis.model import Confidence, Finding, Owner
from smokegate.diagnosis.outcome import TestOutcome
from smokegate.observation.transport.causes import WireCause


def codes(*changes: Any, **fields: Any) -> list[str]:
    """The codes of what is found, the headline first."""
    return [finding.code for finding in judged(*changes, **fields).findings]


def test_nothing_broken_has_no_headline() -> None:
    """A healthy deployment has neither headline nor other findings."""
    assert judged().findings == ()


def test_name_that_does_not_resolve_silences_everything_of_that_host() -> None:
    """Of a host whose name does not resolve nothing else is reported."""
    assert codes(*silent_everywhere(WireCause.NAME_NOT_FOUND)) == ["net.name-not-found"]


def test_frontend_speaks_for_itself() -> None:
    """A frontend that is down on a host of its own is reported beside a backend that is."""
    both = (*silent_everywhere(WireCause.REFUSED), silent("page", WireCause.NAME_NOT_FOUND))
    assert codes(*both) == ["net.refused", "frontend.down"]


@pytest.mark.parametrize(
    ("cause", "title", "first_step", "confidence"),
    [
        (WireCause.NAME_NOT_FOUND, "leads nowhere: the host name does not resolve", "`dig +short ", Confidence.CERTAIN),
        (WireCause.NAME_SERVER, "leads nowhere: the name server", "`dig +short ", Confidence.LIKELY),
        (WireCause.TLS_WRONG_HOST, "Browsers refuse", "openssl s_client", Confidence.CERTAIN),
        (WireCause.TLS_UNTRUSTED, "Browsers refuse", "openssl s_client", Confidence.LIKELY),
        (WireCause.REFUSED, "is not served", "Open `", Confidence.CERTAIN),
    ],
)
def test_frontend_that_is_not_reached_says_what_is_in_the_way(
    cause: WireCause, title: str, first_step: str, confidence: Confidence
) -> None:
    """Its name and its certificate have steps of their own; what may lie on the runner's side is not certain."""
    (found,) = judged(silent("page", cause)).findings
    assert title in found.title
    assert first_step in found.steps[0]
    assert found.confidence is confidence


def test_gating_cause_comes_before_advice() -> None:
    """A slow answer is reported after a broken one, though it stands in the chain's first link."""
    slow = answered("endpoint /api/extra", 404, "")
    assert codes(slow, answered("login", 404, "Not Found"))[0] == "sign-in.login-missing"


def test_higher_link_of_the_chain_comes_first() -> None:
    """A wrong password that opens is reported after an app that ends requests in errors."""
    found = codes(answered("wrong password", 200, {"id": 7}), answered("endpoint /api/quotes", 500, "oops"))
    assert found == ["app.error", "sign-in.any-password"]


def test_cause_explains_what_follows_from_it() -> None:
    """A database without connection explains the failing registration, and the endpoint beside it."""
    text = "sorry, too many clients already"
    found = codes(answered("register", 500, {"detail": text}), answered("endpoint /api/ready", 500, "oops"))
    assert found == ["app.database-unreachable"]


def found_on(*exchanges: str) -> Finding:
    """A finding that rests on these exchanges."""
    return Finding("app.error", "broken", Owner.APP, Confidence.LIKELY, ("evidence",), exchanges=exchanges)


@pytest.mark.parametrize(
    ("finding", "cause", "follows_from_it"),
    [
        (("login",), ("health",), True),  # the backend is down: everything on it is
        (("page",), ("health",), False),  # the frontend stands for itself
        (("page",), ("health", "page"), True),
        (("register",), ("register", "login"), True),
        (("register", "account"), ("register",), False),  # one shared exchange explains no other
        (("account",), ("register",), False),
        ((), ("register",), False),
    ],
)
def test_finding_follows_from_a_cause_of_all_its_exchanges(
    finding: tuple[str, ...],
    cause: tuple[str, ...],
    follows_from_it: bool,  # noqa: FBT001 -- a table
) -> None:
    """What lies down the chain follows where the cause explains all that it rests on, or the whole backend."""
    first, second = (next(each for each in all_rules() if each.code == code) for code in ("net.refused", "app.error"))
    assert follows(second, found_on(*finding), first, found_on(*cause)) is follows_from_it


def test_hanging_endpoint_does_not_silence_the_rest() -> None:
    """One endpoint without an answer says nothing about another one's."""
    found = codes(silent("endpoint /api/quotes", WireCause.READ_TIMEOUT), answered("login", 404, "Not Found"))
    assert found == ["net.hung", "sign-in.login-missing"]


@pytest.mark.parametrize("cause", [WireCause.OTHER])
def test_unknown_cause_is_undetermined(cause: WireCause) -> None:
    """Where something is broken and no rule knows why, the diagnosis says so, and what would settle it."""
    headline = judged(*silent_everywhere(cause)).headline
    assert headline is not None
    assert (headline.code, headline.confidence) == ("undetermined", Confidence.POSSIBLE)
    assert headline.competing


def test_every_wire_cause_but_other_has_a_rule() -> None:
    """No cause of the closed table goes without a name."""
    unnamed = [cause for cause in WireCause if codes(*silent_everywhere(cause))[0] == "undetermined"]
    assert unnamed == [WireCause.OTHER]


def test_part_of_a_selection_can_be_judged() -> None:
    """An observation of some exchanges only is judged by these."""
    only = {"health": answered("health", 503, {"status": "starting"})}
    assert codes(exchanges=only, commit=None) == ["app.unhealthy"]


def test_nothing_observed_is_nothing_found() -> None:
    """An empty observation has no findings; that nothing was checked is the verdict's to say."""
    assert codes(exchanges={}, api_addresses=()) == []


def test_rules_are_ordered_behind_their_prerequisites() -> None:
    """A rule is consulted after every rule that can silence it."""
    rules = all_rules()
    wrong = [
        (first.code, second.code)
        for index, first in enumerate(rules)
        for second in rules[index + 1 :]
        if can_silence(second, first)
    ]
    assert wrong == []


def test_step_for_compose_needs_a_compose_section() -> None:
    """Steps name compose's commands where the environment has them, and words where it has not."""
    compose = {
        "directory": "/srv/atp",
        "profile": "aws",
        "backend": "backend-aws",
        "port": 8002,
        "database": "db",
    }
    environment = an_environment(compose=compose, server={"ssh": "atp"})
    headline = judged(*silent_everywhere(WireCause.REFUSED), environment=environment).headline
    assert headline is not None
    assert "`docker compose --profile aws ps`" in headline.steps[0]


def test_runner_is_blamed_only_with_control_probes(judging: Callable[..., Any]) -> None:
    """Without a control probe a dead target is a dead target."""
    assert judging(()).owner is not Owner.RUNNER


@pytest.fixture
def judging() -> Callable[..., Any]:
    """The headline of a target that cannot be looked up, given control probes."""
    return lambda control: judged(*silent_everywhere(WireCause.NAME_SERVER), control=control).headline


def test_evidence_of_a_dead_host_is_short() -> None:
    """Twenty requests with one fate are two lines and a list of names, not twenty lines."""
    headline = judged(*silent_everywhere(WireCause.REFUSED)).headline
    assert headline is not None
    assert len(headline.evidence) == 3
    assert headline.evidence[0].startswith("health: GET ")
    assert headline.evidence[2].startswith("the same of ")


def test_two_rules_with_one_code_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code names one rule: a file that takes a code that exists already is refused by name."""
    from smokegate.diagnosis.rules.application import slow  # noqa: PLC0415 - changed for this test only
    from smokegate.diagnosis.rules.nginx import upstream  # noqa: PLC0415 - the same

    all_rules.cache_clear()
    monkeypatch.setattr(slow, "RULES", upstream.RULES[:1])
    with pytest.raises(ValueError, match=r"two rules have the code 'nginx\.upstream-unavailable'.*"):
        all_rules()
    monkeypatch.undo()
    all_rules.cache_clear()


def test_a_check_of_the_teams_own_is_named_where_nothing_else_fails() -> None:
    """What it states is not so; no rule knows why."""
    own = TestOutcome("tests/smoke/test_shop.py::test_it", "failed", why="no orders", code="shop.orders")
    headline = diagnose(an_environment(), healthy(), [own]).headline
    assert headline is not None
    assert (headline.code, headline.title) == ("check.failed", "Your own check fails: shop.orders")
    assert headline.evidence == ("shop.orders: no orders",)
