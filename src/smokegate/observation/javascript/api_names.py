"""Naming conventions in scripts: functions that send requests, options and settings that hold an address."""

from __future__ import annotations

import re

from msgspec import Struct

ABSOLUTE = re.compile(r"(?:https?|wss?)://", re.IGNORECASE)
UNSET = re.compile(r"(?:undefined|null|NaN|\[object Object\])(?=$|[/:?\ufffc])|undefined(?=[a-z]+(?:$|[/?\ufffc]))")
REQUESTS = frozenset({"fetch", "$fetch", "ofetch", "useFetch", "sendBeacon"})
CONNECTIONS = frozenset({"WebSocket", "EventSource", "SockJS", "Request", "HttpLink", "BatchHttpLink"})
VERBS = frozenset({"get", "post", "put", "patch", "delete", "del", "head", "request", "ajax", "getJSON"})
VERBS |= {"GET", "POST", "PUT", "PATCH", "DELETE"}
CLIENT_OPTIONS = frozenset({"baseurl", "prefixurl", "uri", "url", "httpendpoint", "wsendpoint", "graphqlendpoint"})
CLIENT_OPTIONS |= {"endpoint", "httpuri", "wsuri", "basepath", "root", "baseuri", "rooturl", "prefix"}
GENERATED_BASES = frozenset({"basePath", "rootUrl", "endpoint"})
"""Fields in which generated clients keep their specification's address as the default base URL."""
ADDRESS = re.compile(r"(?:ur[il]|base|host|endpoint|server|origin)$", re.IGNORECASE)
"""Suffixes of setting names that are addresses."""
AMBIGUOUS_OPTIONS = frozenset({"useValue", "host", "server", "origin", "address"})
"""Options that may be a client's address, or anything else."""
NOT_REQUESTS = frozenset({"URL", "log", "info", "warn", "error", "debug", "push", "test", "includes", "startsWith"})
NOT_REQUESTS |= {"replace", "assign", "open", "String", "encodeURIComponent", "if", "switch", "while", "function"}
"""Functions that take an address without requesting it."""
NAMES_API = re.compile(
    r"(?:api|backend|server|gateway|graphql|rest|service|socket|ws|http)[_-]?(?:base|root)?[_-]?"
    r"(?:ur[il]|base|host|endpoint|root|origin|addr(?:ess)?|path|server)?s?|"
    r"\w*(?:api|backend|server|gateway|graphql)[_-]?\w{0,6}[_-]?(?:ur[il]|base|host|endpoint|root|origin|address)|"
    r"(?:\w+_)?(?:api|backend)|base[_-]?(?:ur[il]|api)",
    re.IGNORECASE,
)


class Found(Struct, frozen=True):
    """An address that a script calls or contains."""

    script: str
    value: str
    """The address; `DYNAMIC` stands for parts that are only known at run time."""
    how: str
    """`client`, `request`, `built` (concatenated), `setting`, `given` (an argument), `constant`, or `mention`."""
    method: str = "GET"
    setting: str = ""
    """The unset setting, if its name is still in the bundle."""
    alone: bool = True
    """False if an unknown condition chooses between several."""
    cookies: bool = False
    """Whether it is called with credentials, which need CORS permission."""


def names_api(key: str) -> bool:
    """Return whether a setting's name is that of an API's address."""
    return NAMES_API.fullmatch(key) is not None
