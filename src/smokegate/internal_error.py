"""An error inside smokegate in a few words, with the place that a developer needs to fix it."""

from __future__ import annotations

REPORT = "please report this line"


def described(error: BaseException) -> str:
    """Return an error's type, text, and the module and line that raised it: `KeyError: 'x' (at requests.models:12)`."""
    trace, words = error.__traceback__, f"{type(error).__name__}: {error}"
    if trace is None:
        return words
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{words} (at {trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno})"


def sentence(where: str, error: BaseException) -> str:
    """Return in one line, for a person, that an error of ours occurred, and what to do with that line."""
    from smokegate.observation.evidence.sink import line  # noqa: PLC0415 - costs start-up time, and errors are rare

    return line(f"error inside smokegate{where}: {described(error)}; {REPORT}")
