"""A client of Render's API over the common transport, bounded in time and size; follows no redirects."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from smokegate.environment.render import Render
from smokegate.observation.plan.step import RawResponse, RequestToSend
from smokegate.observation.render.model import ApiCause, ApiError
from smokegate.observation.transport.errors import cause_of
from smokegate.observation.transport.fetch import fetch
from smokegate.observation.transport.limits import number
from smokegate.observation.transport.pool import Pool

PAGE, PAGES = 100, 5
"""Items per page, and maximum pages of a list."""
MAX_WAIT = 5.0
"""Maximum seconds to wait for a rate limit; the API announces up to an hour."""
PAUSE = 0.3
UNEXPECTED = "the API answers otherwise than it documents"
CAUSES = {401: ApiCause.REFUSED, 403: ApiCause.FORBIDDEN, 404: ApiCause.MISSING, 429: ApiCause.LIMITED}
MESSAGES = {
    ApiCause.REFUSED: "the API refuses the key (401)",
    ApiCause.FORBIDDEN: "the API does not let this key do that (403)",
    ApiCause.LIMITED: "the API limits the rate of requests (429)",
    ApiCause.MISSING: "the API does not know it (404)",
}


class RenderApi:
    """The API client for one key; `pause` sleeps. Not thread-safe. All requests raise ApiError if they fail."""

    def __init__(self, section: Render, pool: Pool, pause: Callable[[float], object] = time.sleep) -> None:
        self._section = section
        self._pool = pool
        self._pause = pause
        self.requests = 0

    def get(self, path: str, **query: str) -> Any:
        """Return a resource."""
        text = f"?{urlencode(query)}" if query else ""
        return self._send("GET", f"{path}{text}", None)

    def page(self, path: str, **query: str) -> list[dict[str, Any]]:
        """Return one page of a list; what is not a list does not mean an empty one."""
        found = self.get(path, **query)
        if not isinstance(found, list):
            raise ApiError(ApiCause.DOWN, f"{UNEXPECTED}: a list was expected of {path}")
        return [each for each in found if isinstance(each, dict)]

    def pages(self, path: str, item: str, **query: str) -> Iterator[dict[str, Any]]:
        """Yield the items of a list, page by page."""
        for _ in range(PAGES):
            rows = self.page(path, limit=str(PAGE), **query)
            yield from (each[item] for each in rows if isinstance(each.get(item), dict))
            cursor = rows[-1].get("cursor") if rows else None
            if len(rows) < PAGE or not isinstance(cursor, str):
                return
            query = {**query, "cursor": cursor}

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Send a POST, without retries; return the response's JSON, None if empty; its outcome may stay unknown."""
        return self._send("POST", path, body or {})

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        for attempt in (1, 2):
            raw, problem = self._once(method, path, body)
            last = method != "GET" or attempt == 2
            if raw is None:
                if last:
                    raise ApiError(ApiCause.DOWN, f"the API does not answer: {problem}")
                self._pause(PAUSE)
                continue
            if 200 <= raw.status < 300:
                if method == "GET" and not raw.is_json:
                    raise ApiError(ApiCause.DOWN, f"{UNEXPECTED}: status {raw.status} without JSON")
                return raw.json if raw.is_json else None
            wait = _wait(raw)
            if last or wait is None:
                raise _error(raw)
            self._pause(wait)
        raise AssertionError("the second attempt ends it")  # pragma: no cover

    def _once(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[RawResponse | None, str]:
        headers: tuple[tuple[str, str], ...] = (
            ("Authorization", f"Bearer {self._section.key}"),
            ("Accept", "application/json"),
        )
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            headers += (("Content-Type", "application/json"),)
        request = RequestToSend(method, f"{self._section.api}{path}", headers, data, follow=False)
        self.requests += 1
        fetched = fetch(self._pool, request, time.monotonic() + self._section.timeout)
        if fetched.raw is not None:
            return fetched.raw, ""
        return None, cause_of(fetched.error)[0].title if fetched.error is not None else "no answer"


def _wait(raw: RawResponse) -> float | None:
    """Return the seconds to wait before a retry; None if it is pointless or takes too long."""
    if raw.status >= 500:
        return PAUSE
    if raw.status != 429:
        return None
    # The reset is documented as seconds from now, on older pages as Unix time.
    announced = number(raw.headers.get("retry-after", "")) or number(raw.headers.get("ratelimit-reset", "")) or 1
    seconds = announced - time.time() if announced > 1_000_000_000 else float(announced)
    return max(0.0, seconds) if seconds <= MAX_WAIT else None


def _error(raw: RawResponse) -> ApiError:
    cause = CAUSES.get(raw.status, ApiCause.DOWN)
    message = raw.json.get("message") if isinstance(raw.json, dict) else None
    text = MESSAGES.get(cause, f"the API answers with status {raw.status}")
    return ApiError(cause, f"{text}: {message[:200]}" if isinstance(message, str) and message else text)
