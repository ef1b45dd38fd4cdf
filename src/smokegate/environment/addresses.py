"""Addresses of an environment file: URLs, paths, hosts and ports."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from smokegate.environment import variables
from smokegate.environment.errors import InvalidValueError
from smokegate.environment.wording import describe

ADDRESS = 'an address such as "https://app.example.com"'
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
LONGEST_NAME = 253
"""Characters of a host name (RFC 1035, 2.3.4, without the length octets)."""
LARGEST_PORT = 65535


def origin(url: str) -> str:
    """Check that a text is an http or https address with a host and nothing after its path; drop its last slash."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and is_host(parts.hostname or "") and parts.port != 0
    except ValueError:
        raise InvalidValueError(ADDRESS) from None
    if not sound or not url.isprintable() or " " in url:
        raise InvalidValueError(ADDRESS)
    if "@" in parts.netloc:
        raise InvalidValueError("an address without user name and password")
    if "?" in url or "#" in url:
        raise InvalidValueError("an address without query and fragment")
    return url.rstrip("/")


def is_host(name: str) -> bool:
    """Return whether a name, an IPv4 or an IPv6 address can be looked up at all."""
    if ":" in name:
        return re.fullmatch(r"[0-9a-f:.]+(%\w+)?", name, re.IGNORECASE) is not None
    try:
        name = name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return False
    return len(name) <= LONGEST_NAME and all(map(LABEL.fullmatch, name.removesuffix(".").split(".")))


def address(value: object, given: variables.Variables | None) -> str:
    """Read an address or the variable that holds it."""
    text = variables.resolve(value, given, "address").strip()
    try:
        return origin(text)
    except InvalidValueError as error:
        found = describe(re.sub(r"//[^/]*@", "//…@", text))
        raise InvalidValueError(error.expected, found=found + _source(value)) from None


def _source(value: object) -> str:
    if not isinstance(value, dict):
        return ""
    return f" from the variable {value['env']}" + (" or its default" if "default" in value else "")


def path(text: str) -> str:
    """Check that a path starts at the root of its host and holds no space, fragment or control character."""
    if not text.startswith("/"):
        raise InvalidValueError('a path that starts with "/"')
    if "#" in text or " " in text or not text.isprintable():
        raise InvalidValueError("a path without spaces, control characters and #fragment")
    return text


def shell_host(value: object, given: variables.Variables | None) -> str:
    """Read a host for ssh, or its variable; a leading dash is refused because ssh would take it for an option."""
    text = variables.resolve(value, given, "text")
    if re.search(r":[^@]*@", text):
        wanted = '"user@host" without a password: ssh signs in with a key, and a password does not belong in a file'
        raise InvalidValueError(wanted, found="one with a password" + _source(value))
    if not re.fullmatch(r"[^-\s]\S*", text) or not text.isprintable():
        raise InvalidValueError(
            '"user@host" or a host of the OpenSSH configuration', found=describe(text) + _source(value)
        )
    return text


def trace_link(text: str) -> str:
    """Check the address of a trace, with a place for its id."""
    if not re.match(r"https?://", text) or "{trace_id}" not in text or not text.isprintable():
        raise InvalidValueError('an address with a place for the id: "https://tracing.example.com/trace/{trace_id}"')
    return text


def host_header(text: str) -> str:
    """Check what a `Host` header may hold: a host, with its port if need be."""
    if not is_host(text):
        try:
            host_and_port(text)
        except InvalidValueError:
            raise InvalidValueError('a host such as "shop.example.com"') from None
    return text


def connect_to(value: object, given: variables.Variables | None) -> str:
    """Read a host to connect to, with its port if need be, or the variable that holds it."""
    text = variables.resolve(value, given, "text").strip()
    try:
        return f"[{text}]" if text.count(":") > 1 and is_host(text) else host_header(text)
    except InvalidValueError:
        wanted = 'a host or an address to connect to, such as "10.0.0.7" or "10.0.0.7:8443"'
        raise InvalidValueError(wanted, found=describe(text) + _source(value)) from None


def host_and_port(text: str) -> str:
    """Check a `host:port`."""
    found = re.fullmatch(r"(\[[0-9a-f:.]+\]|[^\s:\[\]]+):([0-9]{1,5})", text, re.IGNORECASE)
    if found is None or not 1 <= int(found[2]) <= LARGEST_PORT or not is_host(found[1].strip("[]")):
        raise InvalidValueError('a host and port such as "1.1.1.1:443"')
    return text


def is_loopback(host: str) -> bool:
    """Return whether a host, by its name or IP address, is the machine itself."""
    host = host.strip("[]").rstrip(".").lower()
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
