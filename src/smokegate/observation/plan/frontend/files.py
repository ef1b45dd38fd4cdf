"""Checks that a browser can use a file of the page: present, of the right type, and complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.observation.plan.frontend.page import is_page

if TYPE_CHECKING:
    from smokegate.observation.javascript.tokens import Tokens
    from smokegate.observation.plan.step import RawResponse

SCRIPT_KINDS = ("javascript", "ecmascript", "json", "wasm")


def problem_of(raw: RawResponse, role: str, *, module: bool) -> tuple[str, bool]:
    """Return why a browser cannot use a response in this role (empty if it can), and whether that is certain."""
    kind = next((value for name, value in raw.headers if name.lower() == "content-type"), "").lower()
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
