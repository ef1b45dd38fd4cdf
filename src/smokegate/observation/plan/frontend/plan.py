"""Plans the requests to the frontend: its page, the page's files, and trial calls."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from msgspec.structs import replace

from smokegate.environment.model import Environment, Frontend
from smokegate.observation.model import ApiAddress, PageFile, PageView
from smokegate.observation.plan.backend import JOURNEY, PLAIN, preflight_steps
from smokegate.observation.plan.step import RawResponse, RequestToSend, Step, join, same_origin
from smokegate.observation.transport.limits import KEPT_SCRIPT, MAX_SCRIPTS

if TYPE_CHECKING:
    from smokegate.observation.plan.frontend.page import Page
    from smokegate.observation.plan.frontend.reading import Reading

MAX_STYLES = 4
MAX_SETTINGS = 2
OPTIONAL = ("/_vercel/", "/cdn-cgi/", "/.netlify/", "/__/")
"""Paths of optional scripts that platforms inject into pages."""
PAGE_FILES = ("script ", "style ", "settings ", "called on ")
"""Name prefixes of the exchanges that follow from the page."""


class FrontendPlan:
    """The requests to the frontend, which the environment must declare."""

    def __init__(self, environment: Environment) -> None:
        assert environment.frontend is not None
        self._environment = environment
        self._frontend: Frontend = environment.frontend
        self._lock = threading.RLock()
        self._reading: Reading | None = None
        self._files: dict[str, PageFile] = {}
        self._roles: dict[str, str] = {}
        self._modules: frozenset[str] = frozenset()
        """Scripts that the page declares as modules."""
        self._outstanding = 0
        self._empty: set[str] = set()
        """Empty files."""
        self._addresses: tuple[ApiAddress, ...] = ()
        self._unread: list[str] = []

    @property
    def api_addresses(self) -> tuple[ApiAddress, ...]:
        """The API URLs found, most certain first."""
        with self._lock:
            return self._addresses

    @property
    def view(self) -> PageView | None:
        """The page as read so far; None before that."""
        with self._lock:
            if self._reading is None:
                return None
            return PageView(tuple(self._files.values()), self._reading.call_paths, tuple(self._unread))

    def steps(self) -> Iterator[Step]:
        """Yield the steps that do not depend on the page; those for its files follow from the response.

        If frontend and backend share an origin, browsers send no preflight and the API responds there.
        """
        page = RequestToSend("GET", join(self._frontend.url, self._frontend.path), (("Accept", "text/html,*/*;q=0.5"),))
        yield Step("page", "frontend", page, priority=JOURNEY, on_response=self._page)
        if same_origin(self._frontend.url, self._environment.backend.url):
            return
        yield from preflight_steps(self._environment)
        path = self._api_path()
        if path is not None:
            misled = RequestToSend("GET", join(self._frontend.url, path))
            yield Step("api on frontend", "frontend", misled, priority=PLAIN)

    def _api_path(self) -> str | None:
        """Return an API path that the frontend's host must not serve."""
        if self._environment.sign_in is not None:
            return self._environment.sign_in.login
        paths = [endpoint.path for endpoint in self._environment.backend.endpoints]
        return next((path for path in paths if path.startswith("/api")), None)

    def _page(self, raw: RawResponse) -> list[Step]:
        if raw.status != 200:
            return []
        from smokegate.observation.plan.frontend.page import page_of  # noqa: PLC0415 -- costs start-up time
        from smokegate.observation.plan.frontend.reading import Reading  # noqa: PLC0415 -- see above

        page = page_of(raw.text, raw.url)
        with self._lock:
            self._reading = Reading(raw.url, page)
            self._unread += [f"{url}: of another host" for url in page.foreign]
        return self._contained(self._page_files, page)

    def _page_files(self, page: Page) -> list[Step]:
        self._modules = frozenset(url for url, module in page.scripts.items() if module)
        steps = self._plan_files(page.scripts, "script") + self._plan_files(page.preloads, "preload")
        return steps + self._plan_files(list(page.styles)[:MAX_STYLES], "style") + self._next_steps()

    def _plan_files(self, urls: Iterable[str], role: str) -> list[Step]:
        return [step for url in urls for step in self._plan_file(url, role)]

    def _plan_file(self, url: str, role: str) -> list[Step]:
        """Plan a file of the page, once; a preloaded file that turns out to be needed changes its role."""
        if url in self._roles:
            if self._roles[url] == "preload":
                self._roles[url] = role
                name = _name(role, url)
                if name in self._files:
                    known = self._files[name]
                    self._files[name] = PageFile(known.exchange, role, known.problem, known.certain)
            return []
        if len(self._roles) >= MAX_SCRIPTS + MAX_STYLES:
            self._unread.append(f"{url}: over {MAX_SCRIPTS} files")
            return []
        self._roles[url] = role
        self._outstanding += 1
        step = Step(_name(role, url), "frontend", RequestToSend("GET", url), priority=JOURNEY, kept_text=KEPT_SCRIPT)
        on_response = partial(self._contained, self._process_file, url)
        on_no_answer = partial(self._contained, self._process_missing_file)
        return [replace(step, on_response=on_response, on_no_answer=on_no_answer)]

    def _contained(self, work: Callable[..., list[Step]], *arguments: Any) -> list[Step]:
        """Run `work`; an error in parsing third-party code is ours: it is recorded as unread and fails no check."""
        with self._lock:
            try:
                return work(*arguments)
            except Exception as error:  # noqa: BLE001 -- see above
                self._unread.append(f"reading the scripts failed: {type(error).__name__}: {error}")
                return []

    def _process_missing_file(self) -> list[Step]:
        """Continue without a file that got no response; its exchange shows why."""
        self._outstanding -= 1
        return self._next_steps()

    def _process_file(self, url: str, raw: RawResponse) -> list[Step]:
        from smokegate.observation.plan.frontend import chunks, page  # noqa: PLC0415 -- see _page

        assert self._reading is not None
        role, name = self._roles[url], _name(self._roles[url], url)
        self._outstanding -= 1
        if not raw.text.strip():
            self._empty.add(name)
        problem, certain = page.problem_of(raw, role, module=role in {"module", "chunk"} or url in self._modules)
        if role == "worker":
            kept = [] if problem else chunks.precached(url, raw.text, self._roles)
            self._reading.kept.update(dict.fromkeys(kept, "precached"))
            problem = ""  # pages work without a service worker
        elif not problem and role == "settings":
            self._reading.add_settings(raw.json, url)
        elif role not in {"style", "settings", "precached"} and page.is_script(raw):
            tokens = self._reading.add(url, raw.text)
            if tokens is not None and not problem:
                problem, certain = page.cut_short(tokens), False
        optional = problem and role == "script" and urlsplit(url).path.startswith(OPTIONAL)
        self._files[name] = PageFile(name, "preload" if optional else role, problem, certain)
        return self._next_steps()

    def _next_steps(self) -> list[Step]:
        """Plan the next steps from what was read so far; after the last file, the trial calls."""
        assert self._reading is not None
        steps = self._plan_files(self._reading.modules(), "module")
        if self._outstanding == 0:
            steps += self._plan_files(self._reading.chunks(), "chunk")
        if self._outstanding or steps:
            return steps
        self._judge_empty()
        from smokegate.observation.plan.frontend.trials import known_by_path, trials  # noqa: PLC0415 -- see _page

        self._addresses = known_by_path(self._environment, self._reading.addresses(), self._reading)
        steps += self._plan_files(self._reading.settings_files[:MAX_SETTINGS], "settings")
        for url, role in self._reading.kept.items():
            steps += self._plan_file(url, role)
        return steps or [*trials(self._environment, self._frontend, self._addresses, self._reading)]

    def _judge_empty(self) -> None:
        """Report empty scripts only if nothing else can fill the page: some are empty on purpose."""
        assert self._reading is not None
        scripts = [each for each in self._files.values() if each.role in {"script", "module", "chunk"}]
        if not self._reading.page_is_bare or not all(each.exchange in self._empty for each in scripts):
            return
        for each in scripts:
            if not each.problem:
                why = "empty, and nothing else fills the page"
                self._files[each.exchange] = PageFile(each.exchange, each.role, why, certain=True)


def _name(role: str, url: str) -> str:
    kind = role if role in {"style", "settings"} else "script"
    parts = urlsplit(url)
    return f"{kind} {parts.path}" + (f"?{parts.query}" if parts.query else "")
