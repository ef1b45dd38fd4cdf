"""A page's files: those that its scripts load (imports, workers, bundler chunks), and whether a browser can use one."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin

from smokegate.observation.javascript.evaluate import Evaluator
from smokegate.observation.javascript.functions import return_value
from smokegate.observation.javascript.page_context import PageContext
from smokegate.observation.javascript.scopes import Script
from smokegate.observation.javascript.tokens import STRING, WORD, Tokens, unescaped
from smokegate.observation.javascript.values import Literal
from smokegate.observation.model import DYNAMIC
from smokegate.observation.plan.frontend.page import is_page
from smokegate.observation.plan.step import RawResponse, same_origin

MAX_CHUNKS = 40
MAX_PRECACHED = 4
"""Maximum requested files of a service worker's precache that the page itself does not need."""
SERVICE_WORKER = re.compile(
    r"""["'`]((?:[\w./-]*/)?[\w.-]*(?:sw|service-?worker)\.js)(?:\?[^"'`]*)?["'`]""", re.IGNORECASE
)
PRECACHED = re.compile(r"""\{[^{}]*?\burl["']?\s*:\s*["'`]([^"'`]+)["'`][^{}]*\}""")
SCRIPT_KINDS = ("javascript", "ecmascript", "json", "wasm")
EVALUATED = re.compile(r"""\beval\("((?:[^"\\]++|\\.)*+)"\)""")
WORKER = re.compile(r"\b(?:Shared)?Worker(?=\()")


def evaluated(text: str) -> str:
    """Return a script with the code of its `eval("…")` in place, as a development build of webpack has each module."""
    return EVALUATED.sub(lambda each: unescaped(each[1]) + "\n", text) if 'eval("' in text else text


def imported(context: PageContext, script: Script) -> tuple[str, ...]:
    """Return the URLs of the modules that a script imports statically."""
    return _addresses(context, script, script.modules)


def lazy(evaluator: Evaluator, script: Script) -> tuple[str, ...]:
    """Return the URLs that a script loads lazily: `import("./x.js")`, workers, chunks.

    A React Router or Remix route manifest has its modules as `{"module": "/assets/x.js"}`.
    """
    names = dict.fromkeys((*script.lazy, *_constants(evaluator, script, "module"), *_workers(script)))
    found = (*_addresses(evaluator.context, script, names), *_webpack(evaluator, script))
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


def _constants(evaluator: Evaluator, script: Script, key: str) -> Iterator[str]:
    """Yield the constant addresses that are given to properties of a name."""
    for at in script.properties.get(key, ()):
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


def _webpack(evaluator: Evaluator, script: Script) -> Iterator[str]:
    """Yield webpack chunks: the results of `r.u = e => "static/js/" + e + …` for each `r.e(number)`."""
    for at in script.properties.get("u", ()):
        function = evaluator.value(script, at)
        if not isinstance(function, Literal) or ".js" not in _source(script, at):
            continue
        base = _public_path(evaluator, script)
        for other in evaluator.context.scripts.values():
            for chunk in _chunk_names(other):
                name = return_value(evaluator, function, [chunk])
                if isinstance(name, str) and DYNAMIC not in name and "undefined" not in name and name.endswith(".js"):
                    yield urljoin(base, name)


def _source(script: Script, at: int) -> str:
    tokens = script.tokens
    last = min(at + 400, len(tokens) - 1)
    return tokens.text[tokens.starts[at] : tokens.ends[last]]


def _public_path(evaluator: Evaluator, script: Script) -> str:
    path = next(_constants(evaluator, script, "p"), None)
    return script.url if path is None else urljoin(evaluator.context.url, path)


def _chunk_names(script: Script) -> Iterator[str]:
    """Yield the argument of each `r.e(…)`."""
    tokens = script.tokens
    for index in range(len(tokens) - 4):
        if tokens.kinds[index] == WORD and tokens.word(index) == "e" and tokens.is_punctuation(index - 1, "."):
            constant = tokens.kind(index + 2) == STRING or tokens.word(index + 2).isdecimal()
            if constant and tokens.is_punctuation(index + 1, "(") and tokens.is_punctuation(index + 3, ")"):
                yield tokens.key(index + 2)


def problem_of(raw: RawResponse, role: str, *, module: bool) -> tuple[str, bool]:
    """Return why a browser cannot use a response in this role (empty if it can), and whether that is certain."""
    kind = raw.headers.get("content-type", "").lower()
    if not 200 <= raw.status < 300:
        return f"answered {raw.status}", raw.status in {404, 410, 403, 400}
    if is_page(raw.text):
        return "a web page in its place", True
    if role == "settings" and not raw.is_json:
        return "no JSON", True
    # Files that the page names may be empty on purpose, and a classic script may have any type.
    if role in {"module", "chunk"} and not raw.text.strip():
        return "empty", True
    if module and kind and not any(each in kind for each in SCRIPT_KINDS):
        return f"of the type {kind.partition(';')[0]}, which browsers refuse for a module", True
    return "", True


def is_script(raw: RawResponse) -> bool:
    """Return whether a response can be read as a script, whatever its content type."""
    return 200 <= raw.status < 300 and not is_page(raw.text)


def cut_short(tokens: Tokens) -> str:
    """Return the problem of a truncated script, if unbalanced brackets prove it; else an empty text."""
    return "it ends in the middle" if tokens.unclosed and not tokens.doubtful else ""
