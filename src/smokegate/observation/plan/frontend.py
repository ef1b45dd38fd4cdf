"""The frontend: its page and scripts, whether it may call the backend, what its host says to API paths."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from smokegate.environment.model import Environment, Frontend
from smokegate.observation.model import ApiAddress
from smokegate.observation.plan.backend import JOURNEY, PLAIN
from smokegate.observation.plan.step import RawResponse, RequestToSend, Step, join, same_origin, web_origin
from smokegate.observation.transport.limits import KEPT_SCRIPT, MAX_SCRIPTS


class FrontendPlan:
    """What the frontend is asked.

    Args:
        environment: must declare `frontend`.
    """

    def __init__(self, environment: Environment) -> None:
        assert environment.frontend is not None
        self._environment = environment
        self._frontend: Frontend = environment.frontend
        self._lock = threading.Lock()
        self._found: dict[tuple[str, str], ApiAddress] = {}
        self._asked: set[str] = set()

    @property
    def api_addresses(self) -> tuple[ApiAddress, ...]:
        """The API addresses found so far, in the order of scripts and literals."""
        with self._lock:
            return tuple(self._found[key] for key in sorted(self._found))

    def steps(self) -> Iterator[Step]:
        """Yield the steps that need not know the page; its scripts follow from its answer.

        Where frontend and backend share an origin, browsers ask no leave and the API answers there.
        """
        page = RequestToSend("GET", join(self._frontend.url, self._frontend.path), (("Accept", "text/html,*/*;q=0.5"),))
        yield Step("page", "frontend", page, priority=JOURNEY, got=self._page)
        if same_origin(self._frontend.url, self._environment.backend.url):
            return
        if self._environment.sign_in is not None:
            preflight = RequestToSend(
                "OPTIONS", join(self._environment.backend.url, self._environment.sign_in.login), self._leave()
            )
            yield Step("preflight", "frontend", preflight, priority=PLAIN)
        path = self._api_path()
        if path is not None:
            misled = RequestToSend("GET", join(self._frontend.url, path))
            yield Step("api on frontend", "frontend", misled, priority=PLAIN)

    def _leave(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Origin", web_origin(self._frontend.url)),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "content-type"),
        )

    def _api_path(self) -> str | None:
        """A path of the API that the frontend's host must not pretend to serve."""
        if self._environment.sign_in is not None:
            return self._environment.sign_in.login
        paths = [endpoint.path for endpoint in self._environment.backend.endpoints]
        return next((path for path in paths if path.startswith("/api")), None)

    def _page(self, raw: RawResponse) -> list[Step]:
        from smokegate.observation.plan.bundle import scripts_of  # noqa: PLC0415 -- its parser costs start-up time

        urls = scripts_of(raw.text, raw.url)[:MAX_SCRIPTS] if raw.status == 200 else ()
        with self._lock:
            self._asked.update(urls)
        return [self._script(url, raw.url) for url in urls]

    def _script(self, url: str, page_url: str) -> Step:
        path = urlsplit(url).path
        query = urlsplit(url).query
        ask = RequestToSend("GET", url)
        name = f"script {path}" + (f"?{query}" if query else "")
        got = self._reader(path, url, page_url)
        return Step(name, "frontend", ask, priority=JOURNEY, kept_text=KEPT_SCRIPT, got=got)

    def _reader(self, path: str, url: str, page_url: str) -> Callable[[RawResponse], list[Step]]:
        """Note the addresses in a script; where there are none, look into the scripts that it loads later."""

        def got(raw: RawResponse) -> list[Step]:
            from smokegate.observation.plan.bundle import api_addresses, chunks_of  # noqa: PLC0415 -- see _page

            if raw.status != 200 or raw.text.lstrip()[:1] == "<":
                return []
            found = [ApiAddress(path, *pair) for pair in api_addresses(raw.text, page_url)]
            with self._lock:
                self._found.update({(path, each.value): each for each in found})
                chunks = () if self._found else chunks_of(raw.text, url, page_url)
                room = max(0, MAX_SCRIPTS - len(self._asked))
                new = [each for each in chunks if each not in self._asked][:room]
                self._asked.update(new)
            return [self._script(each, page_url) for each in new]

        return got
