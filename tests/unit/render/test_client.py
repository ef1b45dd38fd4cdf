"""The API is used within bounds: pages, rate limits, refusals, and no write is sent twice."""

from __future__ import annotations

import pytest

from smokegate.observation.render.client import RenderApi
from smokegate.observation.render.model import ApiCause, ApiError
from smokegate.observation.transport.pool import Pool
from smokegate.replica.messages import Answer
from smokegate.replica.render.platform import Service

from .conftest import Served


def test_every_page_of_a_list_is_read(served: Served, pool: Pool) -> None:
    for number in range(150):
        served.platform.services[f"s{number}"] = Service(f"s{number}")
    rows = list(RenderApi(served.section(), pool).pages("/services", "service"))
    assert len({each["id"] for each in rows}) == 151


@pytest.mark.parametrize(
    ("header", "waits"), [(("retry-after", "2"), [2.0]), (("ratelimit-reset", "3"), [3.0]), (("x-none", ""), [1.0])]
)
def test_a_rate_limit_is_waited_for_once(
    served: Served, pool: Pool, header: tuple[str, str], waits: list[float]
) -> None:
    served.says = [Answer.json(429, {"message": "rate limit exceeded"}).adding(header)]
    waited: list[float] = []
    assert isinstance(RenderApi(served.section(), pool, waited.append).get("/services"), list)
    assert waited == waits


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (Answer.json(401, {"message": "Unauthorized"}), ApiCause.REFUSED),
        (Answer.json(403, {}), ApiCause.FORBIDDEN),
        (Answer.json(404, {"message": "not found: srv-x"}), ApiCause.MISSING),
        (Answer.json(429, {}).adding(("retry-after", "3600")), ApiCause.LIMITED),
        (Answer.json(429, {}).adding(("ratelimit-reset", "4102444800")), ApiCause.LIMITED),
        (Answer.text(400, "<html>"), ApiCause.DOWN),
        (Answer(302, (("location", "https://elsewhere.invalid/"),)), ApiCause.DOWN),
        (Answer(202), ApiCause.DOWN),
        (Answer.html(200, "<title>Sign in to the hotel's network</title>"), ApiCause.DOWN),
        (Answer.json(200, {"services": []}), ApiCause.DOWN),
    ],
)
def test_what_cannot_be_asked_has_its_cause(served: Served, pool: Pool, answer: Answer, cause: ApiCause) -> None:
    """An answer of another shape is not proof that a list is empty, or that a service is not there."""
    served.says = [answer]
    with pytest.raises(ApiError) as refused:
        RenderApi(served.section(), pool, lambda _: None).page("/services")
    assert refused.value.cause is cause
    assert served.says == []


def test_an_error_of_the_api_is_tried_again_once(served: Served, pool: Pool) -> None:
    served.says = [Answer.json(503, {})]
    api = RenderApi(served.section(), pool, lambda _: None)
    assert api.get("/services")
    served.says = [Answer.json(500, {}), Answer.json(500, {})]
    with pytest.raises(ApiError, match="status 500"):
        api.get("/services")


def test_what_changes_something_is_sent_once_whatever_comes(served: Served, pool: Pool) -> None:
    served.says = [Answer.json(503, {})]
    with pytest.raises(ApiError):
        RenderApi(served.section(), pool, lambda _: None).post(f"/services/{served.service.id}/restart")
    assert served.service.restarts == 0


def test_an_empty_answer_is_none(served: Served, pool: Pool) -> None:
    served.service.queues = True
    assert RenderApi(served.section(), pool).post(f"/services/{served.service.id}/deploys") is None


def test_an_api_that_is_not_there_is_away(pool: Pool, served: Served) -> None:
    section = served.section(api="http://127.0.0.1:1/v1")
    with pytest.raises(ApiError, match="does not answer") as away:
        RenderApi(section, pool, lambda _: None).get("/services")
    assert away.value.cause is ApiCause.DOWN
