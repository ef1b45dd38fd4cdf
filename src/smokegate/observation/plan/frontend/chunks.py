"""Finds the files that a script loads: imports, workers and bundler chunks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin

from smokegate.observation.javascript.evaluate import Evaluator
from smokegate.observation.javascript.functions import return_value
from smokegate.observation.javascript.page_context import PageContext
from smokegate.observation.javascript.scopes import Script
from smokegate.observation.javascript.tokens import STRING, WORD, unescaped
from smokegate.observation.javascript.values import Literal
from smokegate.observation.model import DYNAMIC
from smokegate.observation.plan.step import same_origin

MAX_CHUNKS = 40
MAX_PRECACHED = 4
"""Maximum requested files of a service worker's precache that the page itself does not need."""
SERVICE_WORKER = re.compile(
    r"""["'`]((?:[\w./-]*/)?[\w.-]*(?:sw|service-?worker)\.js)(?:\?[^"'`]*)?["'`]""", re.IGNORECASE
)
PRECACHED = re.compile(r"""\{[^{}]*?\burl["']?\s*:\s*["'`]([^"'`]+)["'`][^{}]*\}""")
WORKER = re.compile(r"\b(?:Shared)?Worker(?=\()")


def imported(context: PageContext, script: Script) -> tuple[str, ...]:
    """Return the URLs of the modules that a script imports statically."""
    return _addresses(context, script, script.modules)


def lazy(context: PageContext, evaluator: Evaluator, script: Script) -> tuple[str, ...]:
    """Return the URLs that a script loads lazily: `import("./x.js")`, routes, workers, chunks."""
    names = dict.fromkeys((*script.lazy, *_routes(evaluator, script), *_workers(script)))
    found = (*_addresses(context, script, names), *_webpack(context, evaluator, script))
    return tuple(dict.fromkeys(found))[:MAX_CHUNKS]


def service_workers(context: PageContext) -> tuple[str, ...]:
    """Return the URLs of the service workers that scripts register."""
    found = [
        context.resolve(context.url, each)
        for script in context.scripts.values()
        if "serviceWorker" in script.tokens.text
        for each in SERVICE_WORKER.findall(script.tokens.text)
    ]
    return tuple(dict.fromkeys(each for each in found if each and same_origin(each, context.url)))


def precached(url: str, text: str, known: Iterable[str]) -> list[str]:
    """Return the unknown files in a service worker's precache: `{url: "assets/x.js", revision: null}`.

    Those named like a known file come first: they are likely from an old build.
    """
    found = (each[1] for each in PRECACHED.finditer(text) if "revision" in each[0])
    listed = [urljoin(url, each) for each in found if not each.endswith((".html", "/")) and "://" not in each]
    names = {_stem(each) for each in known}
    return sorted(set(listed).difference(known), key=lambda each: (_stem(each) not in names, each))[:MAX_PRECACHED]


def _stem(url: str) -> str:
    """Return a URL without its build hash: `/assets/index` for `/assets/index-1a2b.js`."""
    folder, _, name = url.rpartition("/")
    return f"{folder}/{re.split('[-._]', name, maxsplit=1)[0]}"


def _addresses(context: PageContext, script: Script, names: dict[str, None]) -> tuple[str, ...]:
    found = (context.resolve(script.url, each) for each in names if len(each) > 1)
    return tuple(dict.fromkeys(each for each in found if each and _is_file(each) and same_origin(each, context.url)))


def _is_file(url: str) -> bool:
    return url.partition("?")[0].endswith((".js", ".mjs")) and url.startswith(("http://", "https://"))


def _routes(evaluator: Evaluator, script: Script) -> Iterator[str]:
    """Yield the modules of a React Router or Remix route manifest: `{"module": "/assets/x.js"}`."""
    for at in script.properties.get("module", ()):
        value = evaluator.value(script, at)
        if isinstance(value, str) and value.startswith(("/", "http://", "https://")):
            yield value


def _workers(script: Script) -> Iterator[str]:
    """Yield worker scripts, which may call the API, too: `new Worker(new URL("./x.js", …))`."""
    tokens = script.tokens
    for match in WORKER.finditer(tokens.text):
        at = bisect_left(tokens.starts, match.start())
        at += 5 if tokens.word(at + 2) == "new" and tokens.word(at + 3) == "URL" else 2
        name = tokens.string(at) if tokens.kind(at) == STRING else ""
        if name.startswith((".", "/")):
            yield name


def _webpack(context: PageContext, evaluator: Evaluator, script: Script) -> Iterator[str]:
    """Yield webpack chunks: the results of `r.u = e => "static/js/" + e + …` for each `r.e(number)`."""
    for at in script.properties.get("u", ()):
        function = evaluator.value(script, at)
        if not isinstance(function, Literal) or ".js" not in _source(script, at):
            continue
        base = _public_path(context, evaluator, script)
        for other in context.scripts.values():
            for chunk in _chunk_names(other):
                name = return_value(evaluator, function, [chunk])
                if isinstance(name, str) and DYNAMIC not in name and "undefined" not in name and name.endswith(".js"):
                    yield urljoin(base, name)


def _source(script: Script, at: int) -> str:
    tokens = script.tokens
    last = min(at + 400, len(tokens) - 1)
    return tokens.text[tokens.starts[at] : tokens.ends[last]]


def _public_path(context: PageContext, evaluator: Evaluator, script: Script) -> str:
    for at in script.properties.get("p", ()):
        value = evaluator.value(script, at)
        if isinstance(value, str) and value.startswith(("/", "http://", "https://")):
            return urljoin(context.url, value)
    return script.url if script.url != context.url else context.url


def _chunk_names(script: Script) -> Iterator[str]:
    """Yield the argument of each `r.e(…)`."""
    tokens = script.tokens
    for index in range(len(tokens) - 4):
        if tokens.kinds[index] == WORD and tokens.word(index) == "e" and tokens.is_punctuation(index - 1, "."):
            argument = tokens.word(index + 2)
            if tokens.is_punctuation(index + 1, "(") and tokens.is_punctuation(index + 3, ")"):
                if tokens.kind(index + 2) == STRING:
                    yield unescaped(argument[1:-1])
                elif argument.isdecimal():
                    yield argument
