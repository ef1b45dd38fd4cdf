"""The page as its scripts see it: its address, elements, run-time settings and other scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urljoin, urlsplit

from msgspec import Struct, field

from smokegate.observation.javascript.scopes import MAX_TOKENS, Definition, Script
from smokegate.observation.javascript.tokens import ROOT, Tokens
from smokegate.observation.javascript.values import GLOBALS, UNKNOWN, Element, Undefined, Value

MAX_STEPS = 400_000
"""Maximum evaluation steps per page; the rest is not evaluated."""
BUILD_TIME = re.compile(
    r"(?:VITE|NEXT_PUBLIC|REACT_APP|VUE_APP|NUXT_PUBLIC|NUXT_ENV|GATSBY|PUBLIC|EXPO_PUBLIC|NG_APP|PARCEL|RAZZLE|"
    r"BUN_PUBLIC|RSBUILD|UMI_APP|SNOWPACK_PUBLIC|STORYBOOK|API|BACKEND|BASE|SERVER)_[A-Z0-9_]+"
)
SELECTOR = re.compile(r"(\w*)(?:#([\w-]+)|\[([\w-]+)(?:[~|^$*]?=\"?'?([^\"'\]]*)\"?'?)?\])?")


class PageContext(Struct, eq=False):
    """What is known of a page apart from the current script."""

    url: str
    scripts: dict[str, Script] = field(default_factory=dict)
    elements: tuple[tuple[str, Mapping[str, str]], ...] = ()
    """Elements that may hold settings: tag name and attributes."""
    settings: dict[str, str] = field(default_factory=dict)
    """Run-time settings (`/config.json`) by their last key."""
    import_map: Mapping[str, str] = field(default_factory=dict)
    steps: int = 0

    @property
    def exhausted(self) -> bool:
        """Whether the step limit is exceeded."""
        return self.steps > MAX_STEPS

    def module(self, script: Script, name: str) -> Script | None:
        """Return the script that a module specifier refers to, if it was fetched."""
        return self.scripts.get(self.resolve(script.url, name) or "")

    def resolve(self, base: str, name: str) -> str | None:
        """Return a module specifier's URL; None for a bare one that no import map has."""
        if name in self.import_map:
            return urljoin(self.url, self.import_map[name])
        prefix = max((each for each in self.import_map if each.endswith("/") and name.startswith(each)), default="")
        if prefix:
            return urljoin(urljoin(self.url, self.import_map[prefix]), name[len(prefix) :])
        if not name.startswith((".", "/", "http://", "https://")):
            return None
        try:
            return urljoin(base, name).partition("#")[0]
        except ValueError:
            return None

    def visible(self, script: Script, name: str, at: int) -> Definition | str | None:
        """Return the definition that a use refers to (see `Script.visible`); the search counts as steps."""
        before = script.work
        found = script.visible(name, at)
        self.steps += script.work - before
        return found

    def imported(self, script: Script, name: str) -> Iterator[tuple[Script, Definition]]:
        """Yield the definitions of an imported name in its module."""
        imported = script.imports.get(name)
        module = self.module(script, imported.module) if imported else None
        if imported is not None and module is not None:
            for each in module.local.get((module.exports.get(imported.name, ""), ROOT), ()):
                if each.value is not None:
                    yield module, each

    def assigned(self, name: str) -> Iterator[tuple[Script, int]]:
        """Yield the assignments to a property or global variable of this name."""
        for script in self.scripts.values():
            for at in script.properties.get(name, ()):
                yield script, at

    def shared(self, name: str) -> Iterator[tuple[Script, int]]:
        """Yield where a classic script defines a global: `window.NAME = …` or `var NAME = …`."""
        for script in self.scripts.values():
            tokens = script.tokens
            for at in script.properties.get(name, ()):
                if tokens.is_punctuation(at - 1, "=") and tokens.word(at - 4) in GLOBALS:
                    yield script, at
            for each in script.local.get((name, ROOT), ()):
                if each.value is not None and each.key is None and not script.modules and not script.exports:
                    yield script, each.value

    def element(self, selector: str) -> Value:
        """Return the element that a simple selector matches."""
        found = SELECTOR.fullmatch(selector.strip())
        if found is None:
            return UNKNOWN
        tag, own_id, name, value = found.groups()
        for each, attributes in self.elements:
            if tag and each != tag.lower():
                continue
            if own_id is not None and attributes.get("id") != own_id:
                continue
            if name is not None and (name not in attributes or (value is not None and attributes[name] != value)):
                continue
            return Element(tuple(attributes.items()))
        return Undefined() if name == "name" else UNKNOWN

    def build_setting(self, path: tuple[str, ...]) -> Value | None:
        """Return undefined for a build-time setting that was not set, None for anything else."""
        built_in = path[-2:-1] == ("env",) and (path[0] in {"process", "import"} or BUILD_TIME.fullmatch(path[-1]))
        return Undefined(path[-1]) if built_in else None

    def functions_named(self, script: Script, at: int) -> Iterator[tuple[Script, int]]:
        """Yield the definition of the function or class that the name at a token refers to, also in another module."""
        name = script.tokens.word(at)
        found = self.visible(script, name, at)
        own = [(script, found)] if isinstance(found, Definition) else []
        for module, each in self.imported(script, name) if found is None else own:
            if each.value is not None:
                yield module, each.value

    def skip(self, tokens: Tokens, index: int) -> int:
        """Return the end of an unevaluated expression: the next comma or closing bracket."""
        first = index
        while index < len(tokens) and not tokens.is_punctuation(index, ",", ";", ")", "]", "}"):
            if index - first > MAX_TOKENS:
                # Endless text: the rest is given up, so that it is not scanned repeatedly.
                self.steps += MAX_TOKENS
                return len(tokens)
            index = tokens.after(index)
        self.steps += index - first
        return index


def url_part(url: str, name: str) -> Value:
    """Return a property of `location`, or of a `URL`."""
    try:
        parts = urlsplit(url)
        known = {
            "hostname": parts.hostname or "",
            "host": parts.netloc,
            "origin": f"{parts.scheme}://{parts.netloc}" if parts.netloc else url,
            "protocol": f"{parts.scheme}:",
            "port": str(parts.port or ""),
            "pathname": parts.path or "/",
            "href": url,
            "search": parts.query and f"?{parts.query}",
            "hash": parts.fragment and f"#{parts.fragment}",
        }
    except ValueError:
        return UNKNOWN
    return known[name] if name in known and (parts.netloc or name in {"href", "origin"}) else UNKNOWN
