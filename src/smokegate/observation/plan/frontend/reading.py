"""Reads a page's files as they arrive, and finds the URLs they call once all are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from smokegate.knowledge.page_hosts import is_developer_tool, is_framework_path, is_third_party
from smokegate.observation.evidence.addresses import UNFILLED, UNSET, WITHOUT_SCHEME
from smokegate.observation.javascript.api_names import ABSOLUTE, Found, names_api
from smokegate.observation.javascript.calls import Calls
from smokegate.observation.javascript.definitions import script_of
from smokegate.observation.javascript.evaluate import Evaluator
from smokegate.observation.javascript.page_context import PageContext
from smokegate.observation.javascript.scopes import Script
from smokegate.observation.javascript.tokenizer import tokens_of
from smokegate.observation.javascript.tokens import Tokens
from smokegate.observation.model import DYNAMIC, ApiAddress
from smokegate.observation.plan.frontend.files import evaluated, imported, lazy, service_workers
from smokegate.observation.plan.frontend.page import Page
from smokegate.observation.plan.step import web_origin

MAX_TEXT = 8 * 1024 * 1024
"""Maximum characters of script text read per page."""
SURE = frozenset({"client", "request", "setting"})
"""Kinds of addresses that the page certainly calls."""
MAX_ADDRESSES = 60
"""Maximum addresses of each kind."""
SETTINGS_FILE = re.compile(r"(?:^|/)[\w.-]*(?:config|settings?|env|environment|runtime)[\w.-]*\.json$", re.IGNORECASE)
AUTHORITY = re.compile(rf"^(\w+://[^/{DYNAMIC}]*)(?={DYNAMIC})")
FILE = re.compile(r"\.(?:m?js|css|json|svg|png|jpe?g|gif|webp|ico|txt|xml|wasm|woff2?|html?|map|md|webmanifest|data)$")


OPAQUE = "no-cors"
UNCHANGED = r"\s*\(([\w$]+),([\w$]+)\)\s*=>\s*\((?:(?!\1=[^=])[^;]){0,400}?,[\w$]+\(\1,\2\)\)"
"""A function that passes its arguments on, as SvelteKit's replacement of `fetch` does."""
REPLACED = re.compile(rf"\b(?:window|globalThis|self)\.fetch\s*=(?!=|{UNCHANGED})")
"""Replaces `fetch`: the targets of relative paths are then uncertain."""


class Reading:
    """The scripts of one page, as read so far."""

    def __init__(self, url: str, page: Page) -> None:
        self.context = PageContext(url, elements=tuple(page.elements), import_map=page.import_map)
        self._page = page
        self._read = 0
        self.skipped = False
        """Whether script text was skipped because of the cap."""
        self.call_paths: tuple[str, ...] = ()
        self.hidden_base = False
        """Whether an HTTP client's base URL is known only at run time."""
        self.opaque = any(OPAQUE in text for text in page.inline)
        """Whether a script may make opaque requests, which need no CORS permission."""
        self._replaced = any(REPLACED.search(text) for text in page.inline)
        self.kept: dict[str, str] = {}
        """Registered service workers and files in their precache: URL → role."""
        self._settings: list[Found] = []
        for number, text in enumerate(page.inline):
            # A unique key for each inline script; its imports are still relative to the page.
            self.context.scripts[f"{url}#{number}"] = script_of(url, tokens_of(text))
        for each in page.data:
            self.add_settings(each, url)

    @property
    def page_is_bare(self) -> bool:
        """Whether the static page shows nothing, and only scripts from its own files could fill it."""
        idle = all("document" not in text and "import" not in text for text in self._page.inline)
        return not self._page.shows and not self._page.foreign and idle

    def is_module(self, url: str) -> bool:
        """Return whether the page declares a script as a module."""
        return self._page.scripts.get(url, False)

    def add(self, url: str, text: str) -> Tokens | None:
        """Add a script; return its tokens, None if it exceeds the cap."""
        if self._read + len(text) > MAX_TEXT:
            self.skipped = True
            return None
        self._read += len(text)
        self.opaque |= OPAQUE in text
        self._replaced |= REPLACED.search(text) is not None
        tokens = tokens_of(evaluated(text))
        self.context.scripts[url] = script_of(url, tokens)
        return tokens

    def add_settings(self, value: Any, url: str) -> None:
        """Add run-time settings, or JSON embedded in the page."""
        for key, text in _texts(value):
            if not key:
                continue
            self.context.settings.setdefault(key, text)
            if names_api(key) and (
                ABSOLUTE.match(text) or UNSET.match(text) or text.startswith(("/", "$", "_", "%", "{", "<"))
            ):
                self._settings.append(Found(url, text, "setting", "?"))

    def modules(self) -> tuple[str, ...]:
        """Return the static imports of the scripts read so far."""
        found = (url for script in self._scripts() for url in imported(self.context, script))
        return tuple(dict.fromkeys(found))

    def chunks(self) -> tuple[str, ...]:
        """Return the lazy imports of the scripts read so far."""
        evaluator = Evaluator(self.context)
        found = (url for script in self._scripts() for url in lazy(evaluator, script))
        return tuple(dict.fromkeys(found))

    def _scripts(self) -> tuple[Script, ...]:
        return tuple(self.context.scripts.values())

    def addresses(self) -> tuple[ApiAddress, ...]:
        """Return the URLs that the scripts call, most certain first, without those that are clearly not an API."""
        calls = Calls(Evaluator(self.context))
        found = [each for script in self._scripts() for each in calls.of(script)]
        found += [Found(self.context.url, each, "request") for each in self._page.calls]
        paths = calls.paths.known
        self.call_paths = tuple(each for each in paths if not FILE.search(each))[:200]
        self.hidden_base = calls.paths.hidden_base
        self.kept.update(dict.fromkeys(service_workers(self.context), "worker"))
        self.settings_files = tuple(dict.fromkeys(self._settings_files(found)))
        order = ("client", "request", "setting", "built", "given", "constant", "mention")
        found = sorted((*self._settings, *found), key=lambda each: (order.index(each.how), not each.alone))
        kept: dict[tuple[str, str], ApiAddress] = {}
        for each in found:
            address = self._address(each)
            if address is not None and not (calls.paths.given_later and not address.value):
                kept.setdefault((address.script, address.value), address)
        # A long list of one kind (every chain of a wallet) leaves room for the others.
        return tuple(e for how in order for e in [a for a in kept.values() if a.how == how][:MAX_ADDRESSES])

    settings_files: tuple[str, ...] = ()
    """Run-time settings files that the scripts load (`/config.json`)."""

    def _settings_files(self, found: list[Found]) -> Iterator[str]:
        for each in found:
            path = each.value.partition("?")[0]
            if each.how == "request" and each.method == "GET" and DYNAMIC not in path and SETTINGS_FILE.search(path):
                url = urljoin(self.context.url, path)
                if web_origin(url) == web_origin(self.context.url):
                    yield url

    def _address(self, found: Found) -> ApiAddress | None:
        value = found.value.strip()
        absolute = ABSOLUTE.match(value) is not None
        if value.startswith((DYNAMIC, "data:", "blob:", "javascript:", "#", "?")) or (
            found.how == "mention" and not absolute
        ):
            return None
        script = urlsplit(found.script).path
        if absolute and UNSET.match(value):
            return ApiAddress(script, value, value, found.how, found.alone, found.setting)
        try:
            resolved = urljoin(self.context.url, AUTHORITY.sub(r"\1/", value))
            parts = urlsplit(resolved.partition(DYNAMIC)[0])
            _ = parts.port
        except ValueError:
            return None
        if not UNSET.match(value) and not self._may_be_api(found, value, resolved, absolute=absolute):
            return None
        alone = found.alone and (absolute or not self._replaced)
        return ApiAddress(script, value, resolved, found.how, alone, found.setting, found.cookies)

    def _may_be_api(self, found: Found, value: str, resolved: str, *, absolute: bool) -> bool:
        parts = urlsplit(resolved.partition(DYNAMIC)[0])
        path, host = parts.path, parts.hostname or ""
        if not host and "://" in resolved:
            return False
        if absolute and (is_third_party(resolved) or is_developer_tool(resolved)):
            return False
        own = web_origin(self.context.url)
        if value and resolved.startswith(own) and (is_framework_path(path) or FILE.search(path) or path in {"", "/"}):
            # The page's own host counts only with a path: routers and fallbacks use the bare URL.
            return False
        if absolute and "." not in host and not parts.port and not path.strip("/"):
            return False  # `http://localhost`, as in libraries' internals
        if not value:
            return found.how == "client"
        return (
            absolute
            or value.startswith("/")
            or (
                found.how in SURE
                and (value.startswith(("$", "__", "%", "{", "<")) or UNFILLED.match(value) is not None)
            )
            or (found.how in SURE and WITHOUT_SCHEME.match(value) is not None)
        )


def _texts(value: Any, key: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield the strings in a JSON value, each with its innermost key."""
    if isinstance(value, str):
        yield key, value
    elif depth < 12 and isinstance(value, dict):
        for name, each in list(value.items())[:500]:
            yield from _texts(each, str(name), depth + 1)
    elif depth < 12 and isinstance(value, list):
        for each in value[:200]:
            yield from _texts(each, key, depth + 1)
