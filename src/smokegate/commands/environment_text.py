"""The environment file of a deployment that was discovered: what `check` runs and what `init` and `new` write.

Expected is only what is healthy, and what two answers had in common: never a version, a time, a count or a host.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from smokegate.observation.discovery.found import Found, calls_elsewhere
from smokegate.observation.discovery.health import HealthCheck, knowledge

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def environment_text(found: Found, name: str, title: str = "") -> str:
    """Return the whole file, with comments that say what it can hold besides."""
    return "\n".join([*_lines(found, name, title or name.capitalize()), *_hints(found, name)]) + "\n"


def name_for(url: str) -> str:
    """Return a name for an environment that is known by its address only."""
    host = urlsplit(url).hostname or "deployment"
    plain = re.sub(r"[^A-Za-z0-9]+", "-", host.removeprefix("www.")).strip("-")
    return plain[:60].strip("-") or "deployment"


def quoted(text: str) -> str:
    """Return a text as a TOML string: JSON's escapes are TOML's, too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _lines(found: Found, name: str, title: str) -> Iterator[str]:
    yield f"title = {quoted(title)}"
    yield ""
    yield "[backend]"
    yield f"url  = {quoted(found.url)}"
    yield f'wait = "10m"                     # how long `smokegate run {name} --wait` waits until it is healthy'
    if found.basic:
        upper = _upper(name)
        user, password = (f'{key} = {{ env = "SMOKE_{upper}_{key.upper()}" }}' for key in ("user", "password"))
        yield "# It wants a user and a password: set both variables, and take the # away."
        yield f"# basic = {{ {user}, {password} }}"
    yield ""
    yield "[backend.health]"
    yield from _health(found)
    if found.page and found.health is not None and not _frontend(found):
        yield ""
        yield "[[backend.endpoints]]"
        yield 'path = "/"'
    if _frontend(found):
        yield ""
        yield "[frontend]"
        yield f"url = {quoted(found.url)}"
        elsewhere = calls_elsewhere(found)
        if elsewhere is not None:
            yield f"calls = {quoted(elsewhere)}"
        elif not found.calls:
            yield "calls = false                    # its scripts call no API, as far as they show"
    if found.version is not None and found.version.is_commit:
        yield ""
        yield "[version]"
        yield f"path = {quoted(found.version.path)}"
        source = ("header", found.version.header) if found.version.header else ("field", found.version.field)
        yield f"{source[0]} = {quoted(source[1])}"


def _frontend(found: Found) -> bool:
    """Whether the page has scripts: without one there is nothing that a build could have wrong."""
    return found.page and (found.scripts or bool(found.calls))


def _health(found: Found) -> Iterator[str]:
    check = found.health
    if check is None:
        path = "/" if found.page or not found.api_description else found.api_description
        yield f"path = {quoted(path)}"
        yield "samples = 2"
        if path == "/" and found.page_mark:
            yield f"text = {{ contains = {quoted(found.page_mark)} }}  # the page stands in for a health check"
        return
    yield f"path = {quoted(check.path)}"
    if 200 < check.status < 300:
        yield f"status = {check.status}"
    if check.is_unclear:
        yield f"# It said {quoted(str(check.value))} when this was written: if that is healthy, add it to the list."
    if check.text:
        yield f"text = {quoted(check.text)}"
    if check.key:
        yield f"json = {{ {quoted(check.key)} = {_expected(check)} }}"
    if check.database:
        yield 'touches = ["database"]'


def _expected(check: HealthCheck) -> str:
    """Return what a healthy answer says: the word of now if it is one, else any of the words that are."""
    if isinstance(check.value, bool):
        return "true"
    value = str(check.value)
    if check.says_healthy:
        return quoted(value)
    words = [word.upper() if value.isupper() else word for word in knowledge()["well"]]
    return f"{{ one_of = [{', '.join(map(quoted, words))}] }}"


def _upper(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def _hints(found: Found, name: str) -> Iterator[str]:
    upper = _upper(name)
    yield ""
    yield "# Any number of further expectations. One that touches the database makes a green run mean more:"
    yield "# [[backend.endpoints]]"
    yield '# path    = "/api/orders?limit=1"'
    yield '# touches = ["database"]'
    yield '# within  = "2s"'
    if found.version is None or not found.version.is_commit:
        yield ""
        yield "# [version]                      # where the deployed commit can be read, for --expect-commit=SHA"
        yield '# path  = "/version"'
        yield '# field = "commit"'
    yield ""
    yield f"# [sign_in]                      # signs in with SMOKE_{upper}_EMAIL and SMOKE_{upper}_PASSWORD"
    if found.sign_in is not None:
        if found.sign_in.preset:
            yield f"# preset  = {quoted(found.sign_in.preset)}"
        yield f"# login   = {quoted(found.sign_in.login)}"
    elif found.token_url:
        yield '# preset  = "oauth2-form"'
        yield f"# login   = {quoted(found.token_url)}"
    else:
        yield '# login   = "/api/auth/login"'
    yield '# account = "/api/auth/me"'
