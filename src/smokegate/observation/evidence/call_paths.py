"""What a page's addresses call, beside the paths of the API that the environment file declares."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from smokegate.knowledge.page_hosts import is_local, is_third_party
from smokegate.observation.evidence.addresses import (
    UNSET,
    begun,
    covers,
    declared_paths,
    place_of,
    split_address,
    versionless,
)
from smokegate.observation.model import DYNAMIC, ApiAddress

if TYPE_CHECKING:
    from smokegate.environment.model import Environment

BASES = frozenset({"client", "setting", "built", "given", "constant"})
"""How an address is found below which paths are called."""


class CallPaths:
    """The addresses of one page, each with the paths that are called by it.

    Args:
        environment: what declares the API's address and paths.
        addresses: what the page's scripts call.
        paths: what they put behind a client's base.
    """

    def __init__(self, environment: Environment, addresses: tuple[ApiAddress, ...], paths: tuple[str, ...]) -> None:
        assert environment.frontend is not None
        stated = environment.frontend.calls
        self.wanted = urlsplit(stated if isinstance(stated, str) else environment.backend.url)
        self.home = urlsplit(environment.frontend.url)
        self.prefix = self.wanted.path.rstrip("/") if isinstance(stated, str) else ""
        self.declared = tuple(declared_paths(environment))
        self.addresses = addresses if paths else tuple(e for e in addresses if not _is_beginning(e, addresses))
        # Where a client has a base, what a request option names as its `url` is a path below it.
        self._based = any(_is_base(each) for each in self.addresses)
        below = [each.value for each in self.addresses if self.below_base(each)]
        self.paths = tuple(dict.fromkeys((*paths, *below)))

    def below_base(self, address: ApiAddress) -> bool:
        """Return whether what a request option names as its `url` is a path below a client's base."""
        if address.how != "client" or not address.value.startswith("/"):
            return False
        joined = (each.value for each in self.addresses if each.how == "request" and each.value != address.value)
        return self._based or any(each.endswith(address.value) for each in joined)

    def is_wanted(self, found: SplitResult) -> bool:
        """Return whether an address leads to the API's server, which on one's own machine has several names."""
        wanted, home, here = place_of(self.wanted), place_of(self.home), place_of(found)
        local = all(is_local(each.hostname) for each in (self.wanted, self.home, found))
        return here == wanted or (local and here != home and (here[0], here[2]) == (wanted[0], wanted[2]))

    def is_home(self, address: ApiAddress) -> bool:
        """Return whether an address is on the page's own origin."""
        return place_of(split_address(address.resolved)) == place_of(self.home)

    def below(self, known: str) -> list[str]:
        """Return what is called below a base."""
        return [known.rstrip("/") + "/" + each.lstrip("/") for each in self.paths]

    def called(self, address: ApiAddress) -> list[str]:
        """Return the paths that are called by an address, each as far as it is known."""
        known, cut, _ = split_address(address.resolved).path.partition(DYNAMIC)
        base = cut or address.how in BASES
        called = self.below(known) if base else []
        called = called or ([] if cut else [known])
        if cut and "//" in known:  # what a script has joined by hand
            once = re.sub("//+", "/", known)
            called += [known + each.removeprefix(once) for each in self.declared if each.startswith(once)]
        return [each.partition(DYNAMIC)[0] for each in called]

    def suspicious(self, address: ApiAddress) -> str:
        """Return a path that is called and lacks the beginning that a declared path of the API has, or has it twice."""
        if not self.is_wanted(split_address(address.resolved)):
            return ""
        called = self.called(address)
        if self.prefix:
            # Below the stated beginning, all that a declared path can show is that the beginning is there twice.
            below = [d for d in self.declared if covers(d, self.prefix)]
            right = any(covers(c, d) for c in called for d in below)
            return "" if right else max((c for c in called for d in below if covers(c, self.prefix + d)), default="")
        if any(covers(d, c.rstrip("/")) or covers(c, d) for c in called for d in self.declared if len(c) > 1):
            return ""
        # What knows the prefix elsewhere does not lack it here: this is a page of the frontend with a similar name.
        lacking = [c for c in called if len(c) > 1 for d in self.declared if d.endswith(c) and not begun(called, d, c)]
        twice = [c for c in called for d in self.declared if c == "/" + d.split("/")[1] + d]
        similar = [c for c in called for d in self.declared if len(c) > 1 and alike(c, d)]
        return max(lacking or twice or similar, key=len, default="")

    def doubles(self, address: ApiAddress) -> bool:
        """Return whether an address begins with the stated beginning of the API twice, which shows nothing right."""
        return bool(self.prefix) and covers(split_address(address.resolved).path, 2 * self.prefix)

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
        """Return whether a client without a base calls what is the end of a declared path of the API."""
        return not address.value and any(map(self._lacks_beginning, self.paths))

    def _lacks_beginning(self, path: str) -> bool:
        declared = [d for d in self.declared if d.endswith(path) and d != path]
        return path[:1] == "/" and len(path) > 1 and any(not begun(self.paths, d, path) for d in declared)

    def coincides(self, address: ApiAddress) -> bool:
        """Return whether the path shows that it is meant to be this API: the stated beginning, or a declared path."""
        path = split_address(address.resolved).path if "://" in address.value else "/" + address.value.partition("/")[2]
        known, cut, _ = path.partition(DYNAMIC)
        if self.prefix and covers(known, self.prefix):
            return True
        base = bool(cut) or address.how == "client"
        joined = self.below(known) if base else [known]
        joined = [each.partition(DYNAMIC)[0] for each in (*joined, known)]
        if self.prefix and any(covers(each, self.prefix) for each in joined):
            return True
        return any(len(c) > 1 and (covers(c, d) or covers(d, c.rstrip("/"))) for c in joined for d in self.declared)


def _is_beginning(address: ApiAddress, addresses: tuple[ApiAddress, ...]) -> bool:
    """Return whether a constant is only there to begin what is requested: alone it is called by no one."""
    joined = {"request", "built"}
    requests = (each.value for each in addresses if each.how in joined and each.value != address.value)
    return address.how == "constant" and any(each.startswith(address.value) for each in requests)


def alike(one: str, other: str) -> bool:
    """Return whether two paths differ in a version only, or in a slash too many or too few: `/apiitems`."""
    return versionless(one) == versionless(other) or one.replace("/", "") == other.replace("/", "")


def _is_base(address: ApiAddress) -> bool:
    """Return whether what a script calls is below an address: a client's, or one that a path is put behind."""
    if address.how == "client":
        return "://" in address.value
    whole = address.value.endswith(DYNAMIC) and not is_third_party(address.resolved)
    return address.how == "request" and whole and ("://" in address.value or UNSET.match(address.value) is not None)
