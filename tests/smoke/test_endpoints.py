"""Each declared endpoint answers as promised, in time."""

from __future__ import annotations

import pytest

from smokegate.environment.model import Endpoint
from smokegate.plugin.seen import Seen


def test_endpoint_keeps_its_promise(endpoint_answer: Seen, endpoint: Endpoint) -> None:
    """The endpoint has the status, the JSON values, the headers and the text that it promises.

    Symptom: the health check is green, and a part of the application that it does not touch is broken.
    """
    endpoint_answer.must_keep(endpoint)


@pytest.mark.advisory
@pytest.mark.needs("endpoint.within")
def test_endpoint_is_within_its_budget(endpoint_answer: Seen, endpoint: Endpoint) -> None:
    """The endpoint answers within its latency budget.

    Symptom: `/ping_fast` is not fast any more.
    """
    endpoint_answer.must_answer_within(endpoint.within)
