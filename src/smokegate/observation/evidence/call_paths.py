"""Joins a page's API addresses and paths, and compares them with the declared API paths."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from smokegate.environment.model import Environment
from smokegate.knowledge.page_hosts import is_local, is_third_party
from smokegate.observation.evidence.addresses import (
    UNSET,
    declared_paths,
    has_prefix,
    is_below,
    origin_of,
    split_address,
    versionless,
)
from smokegate.observation.model import DYNAMIC, ApiAddress

BASES = frozenset({"client", "setting", "built", "given", "constant"})
"""Kinds of addresses that may be a base URL."""


class CallPaths:
    """The addresses in one page's scripts, and the `paths` called below each, relative to a client's base URL."""

    def __init__(self, environment: Environment, addresses: tuple[ApiAddress, ...], paths: tuple[str, ...]) -> None:
        assert environment.frontend is not None
        stated = environment.frontend.calls
        self.wanted = urlsplit(stated if isinstance(stated, str) else environment.backend.url)
        self.home = urlsplit(environment.frontend.url)
        self.prefix = self.wanted.path.rstrip("/") if isinstance(stated, str) else ""
        self.declared = tuple(declared_paths(environment))
        self.addresses = addresses if paths else tuple(e for e in addresses if not _is_beginning(e, addresses))
        # With a client's base URL, a request's `url` option is a path below it.
        self._based = any(_is_base(each) for each in self.addresses)
        below = [each.value for each in self.addresses if self.below_base(each)]
        self.paths = tuple(dict.fromkeys((*paths, *below)))

    def below_base(self, address: ApiAddress) -> bool:
        """Return whether a request's `url` option is a path below a client's base URL."""
        if address.how != "client" or not address.value.startswith("/"):
            return False
        joined = (each.value for each in self.addresses if each.how == "request" and each.value != address.value)
        return self._based or any(each.endswith(address.value) for each in joined)

    def is_wanted(self, found: SplitResult) -> bool:
        """Return whether an address is on the API's origin; the local host has several names."""
        wanted, home, here = origin_of(self.wanted), origin_of(self.home), origin_of(found)
        local = all(is_local(each.hostname) for each in (self.wanted, self.home, found))
        return here == wanted or (local and here != home and (here[0], here[2]) == (wanted[0], wanted[2]))

    def is_home(self, address: ApiAddress) -> bool:
        """Return whether an address is on the page's own origin."""
        return origin_of(split_address(address.resolved)) == origin_of(self.home)

    def below(self, known: str) -> list[str]:
        """Return the URLs called below a base URL."""
        return [known.rstrip("/") + "/" + each.lstrip("/") for each in self.paths]

    def called(self, address: ApiAddress) -> list[str]:
        """Return the paths called with an address, up to their first dynamic part."""
        known, cut, _ = split_address(address.resolved).path.partition(DYNAMIC)
        base = cut or address.how in BASES
        called = self.below(known) if base else []
        called = called or ([] if cut else [known])
        if base and "//" in known:  # concatenated by hand
            once = re.sub("//+", "/", known)
            called += [known + each.removeprefix(once) for each in self.declared if each.startswith(once)]
        return [each.partition(DYNAMIC)[0] for each in called]

    def suspicious(self, address: ApiAddress) -> str:
        """Return a called path that lacks a declared path's prefix, or repeats it; empty if none does."""
        if not self.is_wanted(split_address(address.resolved)):
            return ""
        called = self.called(address)
        if self.prefix:
            # With a declared prefix, only a repeated prefix can be detected.
            below = [d for d in self.declared if is_below(d, self.prefix)]
            right = any(is_below(c, d) for c in called for d in below)
            return "" if right else max((c for c in called for d in below if is_below(c, self.prefix + d)), default="")
        if any(is_below(d, c.rstrip("/")) or is_below(c, d) for c in called for d in self.declared if len(c) > 1):
            return ""
        # If the prefix is used elsewhere, this is a frontend page with a similar name.
        lacking = [
            c for c in called if len(c) > 1 for d in self.declared if d.endswith(c) and not has_prefix(called, d, c)
        ]
        twice = [c for c in called for d in self.declared if c == "/" + d.split("/")[1] + d]
        similar = [c for c in called for d in self.declared if len(c) > 1 and alike(c, d)]
        return max(lacking or twice or similar, key=len, default="")

    def doubles(self, address: ApiAddress) -> bool:
        """Return whether an address repeats the declared prefix, or its slash in a call; that proves nothing right."""
        twice = address.value.rstrip(DYNAMIC).rstrip("/") + "//"
        if "://" in address.value and any(each.value.startswith(twice) for each in self.addresses):
            return True
        return bool(self.prefix) and is_below(split_address(address.resolved).path, 2 * self.prefix)

    def samples(self, address: ApiAddress) -> tuple[str, ...]:
        """Return the paths on the page's own host that this address leads to, as far as they are known."""
        known, cut, _ = split_address(address.resolved).path.partition(DYNAMIC)
        declared = [each for each in self.declared if each.startswith(known) and len(known) > 1]
        joined = (
            [known.rstrip("/") + each for each in self.paths if DYNAMIC not in each]
            if cut or address.how == "client"
            else []
        )
        whole = [known] if len(known) > 1 else []
        ends = [each for each in joined if self._lacks_beginning(each)]
        return tuple(dict.fromkeys((*declared, *ends, *joined, *whole)))

    def lacks_beginning(self, address: ApiAddress) -> bool:
        """Return whether a client without a base URL calls the end of a declared API path."""
        return not address.value and any(map(self._lacks_beginning, self.paths))

    def _lacks_beginning(self, path: str) -> bool:
        declared = [d for d in self.declared if d.endswith(path) and d != path]
        return path[:1] == "/" and len(path) > 1 and any(not has_prefix(self.paths, d, path) for d in declared)

    def coincides(self, address: ApiAddress) -> bool:
        """Return whether the path identifies this API: it has the declared prefix, or is a declared path."""
        path = split_address(address.resolved).path if "://" in address.value else "/" + address.value.partition("/")[2]
        known, cut, _ = path.partition(DYNAMIC)
        if self.prefix and is_below(known, self.prefix):
            return True
        base = bool(cut) or address.how == "client"
        whole = {each.value for each in self.addresses if each.how == "request"}  # not below another base
        paths = [each for each in self.paths if each not in whole] if base else []
        joined = [(known.rstrip("/") + "/" + each.lstrip("/")).partition(DYNAMIC)[0] for each in paths] + [known]
        if self.prefix and any(is_below(each, self.prefix) for each in joined):
            return True
        return any(len(c) > 1 and (is_below(c, d) or is_below(d, c.rstrip("/"))) for c in joined for d in self.declared)


def _is_beginning(address: ApiAddress, addresses: tuple[ApiAddress, ...]) -> bool:
    """Return whether a constant is only the beginning of a requested address and not called itself."""
    joined = {"request", "built"}
    requests = (each.value for each in addresses if each.how in joined and each.value != address.value)
    return address.how == "constant" and any(each.startswith(address.value) for each in requests)


def alike(one: str, other: str) -> bool:
    """Return whether two paths differ only in a version or in slashes: `/apiitems`."""
    return versionless(one) == versionless(other) or one.replace("/", "") == other.replace("/", "")


def _is_base(address: ApiAddress) -> bool:
    """Return whether an address is a base URL: a client's, or one that a path is appended to."""
    if address.how == "client":
        return "://" in address.value
    whole = address.value.endswith(DYNAMIC) and not is_third_party(address.resolved)
    return address.how == "request" and whole and ("://" in address.value or UNSET.match(address.value) is not None)
