"""What the members of a family of rules have in common: a wire cause, or a sign of the edge."""

from __future__ import annotations

from msgspec.structs import replace

from smokegate.diagnosis.exchange_names import host_of, is_sample
from smokegate.diagnosis.names import dialed
from smokegate.diagnosis.rule import Case, Confidence, Hit, Judge, Owner, Signs
from smokegate.diagnosis.wording import seen
from smokegate.environment.request_fields import CREDENTIALS
from smokegate.observation.exchange import Exchange, NoAnswer
from smokegate.observation.plan.step import same_origin
from smokegate.observation.transport.causes import WireCause

LINES_AT_MOST = 2


def by_wire(*causes: WireCause, confidence: Confidence = Confidence.CERTAIN) -> Judge:
    """Judge by the reason for which there is no answer."""

    def judge(case: Case) -> Signs | None:
        return wire_signs(case, case.wires(*causes), confidence)

    return judge


def wire_signs(case: Case, hits: tuple[Hit, ...], confidence: Confidence = Confidence.CERTAIN) -> Signs | None:
    """Return the signs of wire failures; advice where each of them healed when it was tried again."""
    if not hits:
        return None
    final = tuple(hit for hit in hits if not hit.healed) or hits
    answered = [e for e in case.backend if e.answer and e.name not in {hit.exchange.name for hit in final}]
    against = [f"{len(answered)} other requests were answered, so it concerns these only"] if answered else []
    if hits[0].healed:
        against = ["the same request was answered when it was tried again"]
    return _signs_of(hits, final, confidence, against)


def _signs_of(hits: tuple[Hit, ...], final: tuple[Hit, ...], confidence: Confidence, against: list[str]) -> Signs:
    return Signs(
        lines(final),
        names(final),
        confidence,
        against=tuple(against),
        advisory=hits[0].healed or None,
        names=request_names(final[0]),
    )


def edge_signs(
    case: Case, code: str, confidence: Confidence = Confidence.CERTAIN, hits: tuple[Hit, ...] | None = None
) -> Signs | None:
    """Return the signs of answers that the edge made for this cause, or of the hits that are given."""
    hits = case.edges(code) if hits is None else hits
    if not hits:
        return None
    final = tuple(hit for hit in hits if not hit.healed) or hits
    against = ["the same request was answered by the application when it was tried again"] if hits[0].healed else []
    sound = [e for e in case.samples if case.sound(e.name)]
    if sound and any(is_sample(hit.exchange.name) for hit in final) and not hits[0].healed:
        against.append(
            f"{len(sound)} of {len(case.samples)} samples of the health check were answered by the application"
        )
    return _signs_of(hits, final, confidence, against)


def by_edge(code: str, confidence: Confidence = Confidence.CERTAIN, *, partly: str = "") -> Judge:
    """Judge by the answers that the edge made for this cause.

    Where other samples are healthy in the same run, the platform's own router is at fault: `partly` is the text's
    variant then.
    """

    def judge(case: Case) -> Signs | None:
        signs = edge_signs(case, code, confidence)
        if signs is None or not partly or not intermittent(case, signs):
            return signs
        return replace(signs, confidence=Confidence.LIKELY, variant=partly)

    return judge


def limited(case: Case, signs: Signs) -> Signs:
    """Return the signs of a rate limit: it keeps this run out; whether users meet it too is not seen from here."""
    through = [each for each in case.backend if (answer := case.app(each.name)) and answer.status < 400]
    if signs.advisory:
        return signs
    if not through:
        return replace(signs, owner=Owner.NETWORK, confidence=Confidence.LIKELY)
    said = f"the application answered {len(through)} other requests of this run: the limit is on their rate"
    return replace(signs, owner=Owner.NETWORK, against=(*signs.against, said))


def carries_credentials(exchange: Exchange) -> bool:
    """Return whether a request was sent with a key, a token or a password."""
    return any(CREDENTIALS.search(name) for name, _ in exchange.request.headers.fields)


def intermittent(case: Case, signs: Signs) -> bool:
    """Return whether some samples show the sign and others were answered soundly, in the same run."""
    shown = [name for name in signs.exchanges if is_sample(name)]
    others = (each.name for each in case.samples if each.name not in shown)
    return bool(shown) and any(map(case.sound, others)) and not signs.advisory


def sometimes(case: Case, signs: Signs, title: str) -> Signs:
    """Return the signs of an edge, whose title says so where only some requests or some paths meet it."""
    if signs.advisory:
        return signs
    if intermittent(case, signs):
        return replace(signs, title=f"{signs.title or title}, some of the time")
    if any(map(is_sample, signs.exchanges)) or not any(case.sound(each.name) for each in case.samples):
        return signs
    said = "the health check was answered by the application, so it is not down altogether"
    return replace(signs, title=f"{signs.title or title}, on some paths", against=(*signs.against, said))


def beyond_runner(case: Case, signs: Signs | None) -> Signs | None:
    """Return the signs with the deployment's side as owner, where the runner reaches other hosts."""
    reached = [probe for probe in case.observation.control if probe.reached]
    if signs is None or not reached:
        return signs
    line = f"control: `{reached[0].address}` was reached, so the runner has a network"
    return replace(signs, evidence=(*signs.evidence, line), owner=Owner.CONFIGURATION)


def lines(hits: tuple[Hit, ...]) -> tuple[str, ...]:
    """Return the evidence: the first outcomes in full, one sample for all of them, the rest by name."""
    samples = [hit for hit in hits if is_sample(hit.exchange.name)]
    shown = [hit for hit in hits if hit not in samples[1:]][:LINES_AT_MOST]
    rest = tuple(hit for hit in hits if hit not in shown)
    more = (f"the same of {len(rest)} more: {', '.join(names(rest))}",) if rest else ()
    return (*map(_line, shown), *more)


def names(hits: tuple[Hit, ...]) -> tuple[str, ...]:
    """Return the names of the exchanges, each once."""
    return tuple(dict.fromkeys(hit.exchange.name for hit in hits))


def request_names(hit: Hit) -> dict[str, str]:
    """Return the names that steps use for the request that shows the cause."""
    request, outcome = hit.exchange.request, hit.outcome
    names = {"target": host_of(request.url), "request": f"{request.method} {request.url}"}
    if isinstance(outcome, NoAnswer) and outcome.redirected and not same_origin(request.url, outcome.redirected):
        names["where"] = dialed(outcome.redirected)
    return names


def _line(hit: Hit) -> str:
    details = [] if hit.sign is None else [hit.sign]
    return seen(hit.exchange, *details, outcome=hit.outcome) + (" (an earlier attempt)" if hit.healed else "")
