"""An error inside smokegate in a few words, with the place that a developer needs to fix it."""

from __future__ import annotations


def described(error: BaseException) -> str:
    """Return an error's type, text, and the module and line that raised it: `KeyError: 'x' (at requests.models:12)`."""
    trace, words = error.__traceback__, f"{type(error).__name__}: {error}"
    if trace is None:
        return words
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{words} (at {trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno})"
