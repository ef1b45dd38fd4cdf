"""How scripts name what they call: the functions that send requests, the settings that hold an address."""

from __future__ import annotations

import re

from msgspec import Struct

ABSOLUTE = re.compile(r"(?:https?|wss?)://", re.IGNORECASE)
UNSET = re.compile(r"(?:undefined|null|NaN|\[object Object\])(?=$|[/:?\ufffc])|undefined(?=[a-z]+(?:$|[/?\ufffc]))")
REQUESTS = frozenset({"fetch", "$fetch", "ofetch", "useFetch", "sendBeacon"})
CONNECTIONS = frozenset({"WebSocket", "EventSource", "SockJS", "Request", "HttpLink", "BatchHttpLink"})
VERBS = frozenset({"get", "post", "put", "patch", "delete", "del", "head", "request", "ajax", "getJSON"})
VERBS |= {"GET", "POST", "PUT", "PATCH", "DELETE"}
CLIENT = frozenset({"baseurl", "prefixurl", "uri", "url", "httpendpoint", "wsendpoint", "graphqlendpoint", "endpoint"})
CLIENT |= {"httpuri", "wsuri", "basepath", "root", "baseuri", "rooturl", "prefix"}
SPECIFIED = frozenset({"basePath", "rootUrl", "endpoint"})
"""The fields in which generated clients keep the address of their specification, in case they are given none."""
ADDRESS = re.compile(r"(?:ur[il]|base|host|endpoint|server|origin)$", re.IGNORECASE)
"""How settings end that are addresses."""
GIVEN = frozenset({"useValue", "host", "server", "origin", "address"})
"""Under these names a client may be given its address, and anything else, too."""
SHOWN = frozenset({"URL", "log", "info", "warn", "error", "debug", "push", "test", "includes", "startsWith", "replace"})
SHOWN |= {"assign", "open", "String", "encodeURIComponent", "if", "switch", "while", "function"}
"""What is given an address and calls nothing there."""
NAMES_API = re.compile(
    r"(?:api|backend|server|gateway|graphql|rest|service|socket|ws|http)[_-]?(?:base|root)?[_-]?"
    r"(?:ur[il]|base|host|endpoint|root|origin|addr(?:ess)?|path|server)?s?|"
    r"\w*(?:api|backend|server|gateway|graphql)[_-]?\w{0,6}[_-]?(?:ur[il]|base|host|endpoint|root|origin|address)|"
    r"(?:\w+_)?(?:api|backend)|base[_-]?(?:ur[il]|api)",
    re.IGNORECASE,
)


class Found(Struct, frozen=True):
    """An address that a script calls, or has."""

    script: str
    value: str
    """As far as it is known: a hole stands for what only a running page knows."""
    how: str
    """`client`, `request`, `built` (from pieces), `setting`, `given` (to any function), `constant`, or `mention`."""
    method: str = "GET"
    setting: str = ""
    """The setting that is not set, where its name is still there."""
    alone: bool = True
    """False for one of several, by a condition that is not known."""
    cookies: bool = False
    """Whether it is called with cookies of its own site, which browsers ask its permission for."""


def names_api(key: str) -> bool:
    """Return whether a setting is an API's address, by its name."""
    return NAMES_API.fullmatch(key) is not None
