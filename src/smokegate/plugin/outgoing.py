"""Everything that pytest shows or writes passes the sink: reports, sections, properties, warnings, logs, the terminal.

What a report holds is made safe where it is made, so that every writer of reports, also one of another plugin, gets
it that way. The streams are the second net: they take secrets out of whatever is printed in another way.
"""

from __future__ import annotations

import copy
import logging
import sys
from collections.abc import Generator
from typing import Any, TextIO, cast

import pytest
from _pytest.junitxml import xml_key

from smokegate.observation.evidence.sink import SINK, shown
from smokegate.plugin import brief_output
from smokegate.standard_streams import EnduringStream

DEEPEST = 12
WITHHELD = "withheld: an error inside smokegate kept it from being searched for secrets"
LOG_HANDLERS = ("log_cli_handler", "log_file_handler")


class Outgoing:
    """The hooks that make safe what leaves the process."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Put the sink in front of the terminal and of the logs."""
        config = session.config
        brief_output.begin(config)
        reporter = config.pluginmanager.getplugin("terminalreporter")
        writer = getattr(reporter, "_tw", None)
        if writer is not None and not isinstance(writer._file, SafeStream):  # noqa: SLF001 - there is no other way in
            stream = writer._file = SafeStream(writer._file, foreign=False)  # noqa: SLF001 - see above
            config.add_cleanup(stream.flush)  # pytest's own flush, the last one, would end a run with a traceback
        logs = config.pluginmanager.getplugin("logging-plugin")
        for handler in (getattr(logs, name, None) for name in LOG_HANDLERS):
            if isinstance(handler, logging.Handler) and handler.formatter is not None:
                handler.setFormatter(SafeFormatter(handler.formatter))
        guard_tee(config)
        _make_metadata_safe(config)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Without capturing, what a test prints goes to the terminal at once."""
        if getattr(item.config.option, "capture", "no") != "no":  # not there with `-p no:capture`
            return (yield)
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = (cast("TextIO", SafeStream(each, foreign=True)) for each in streams)
        try:
            return (yield)
        finally:
            sys.stdout, sys.stderr = streams

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Generator[None, Any, pytest.TestReport]:
        """Make a test's report safe."""
        report: pytest.TestReport = made_safe((yield))
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self) -> Generator[None, Any, pytest.CollectReport]:
        """Make a report of collection safe: a module that cannot be imported shows its error."""
        report: pytest.CollectReport = made_safe((yield))
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: Any) -> None:
        """Make a warning's text safe."""
        text = str(warning_message.message)
        if (safe := shown(text)) != text:
            warning_message.message = UserWarning(safe)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Make safe what tests gave to the JUnit writer directly."""
        xml = session.config.stash.get(xml_key, None)
        if xml is None:
            return
        xml.global_properties[:] = [(name, shown(str(value))) for name, value in xml.global_properties]
        for element in (each for node in xml.node_reporters_ordered for each in node.to_xml().iter()):
            for name, value in list(element.attrib.items()):
                element.set(name, SINK.text(value))


def made_safe(report: Any) -> Any:
    """Return a report after every text in it was made safe; where that fails, its texts are withheld."""
    try:
        return _made_safe(report)
    except Exception:
        skipped = isinstance(report.longrepr, tuple)  # what skips says where, and why
        report.longrepr = report.longrepr and ((*report.longrepr[:2], WITHHELD) if skipped else WITHHELD)
        report.sections, report.user_properties = [], []
        raise


def _made_safe(report: Any) -> Any:
    report.longrepr = _safe(report.longrepr)
    report.sections = [(title, shown(content)) for title, content in report.sections]
    if getattr(report, "user_properties", None):
        report.user_properties = [(name, _safe(value)) for name, value in report.user_properties]
    if hasattr(report, "wasxfail"):  # the only other text; ids and places are made of names, not of what servers sent
        report.wasxfail = shown(str(report.wasxfail))
    return report


def _safe(value: Any, depth: int = 0) -> Any:
    """Return a value with its texts made safe; pytest's representations of an error are changed in place."""
    if isinstance(value, str):
        return shown(value)
    if depth > DEEPEST or value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return shown("\n".join(value)).split("\n")  # lines: a secret may stand on several
    if isinstance(value, list | tuple):
        return type(value)(_safe(each, depth + 1) for each in value)
    if isinstance(value, dict):
        return {key: _safe(each, depth + 1) for key, each in value.items()}
    if type(value).__module__.startswith("_pytest."):
        for name, each in getattr(value, "__dict__", {}).items():
            object.__setattr__(value, name, _safe(each, depth + 1))
    return value


def _make_metadata_safe(config: pytest.Config) -> None:
    """Take secrets out of what CI systems say of a run, such as a repository's address with a token in it."""
    from pytest_metadata.plugin import metadata_key  # noqa: PLC0415 - costs start-up time

    metadata = config.stash.get(metadata_key, None)
    if metadata is not None:
        for key, value in list(metadata.items()):
            metadata[key] = SINK.value(value)


class SafeStream(EnduringStream):
    """A stream that lets no secret through.

    What is `foreign` to pytest may not move cursors, set colours or start workflow commands, as its own text does.
    """

    def __init__(self, stream: Any, *, foreign: bool) -> None:
        super().__init__(stream)
        self._foreign = foreign

    def write(self, text: str) -> int:
        """Write a text, whatever it is a piece of."""
        super().write(shown(text) if self._foreign else SINK.text(text))
        return len(text)


class SafeFormatter(logging.Formatter):
    """Formats a record whose message holds no secret and steers no terminal."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """Format a copy of the record, its message and its traceback made safe."""
        safe = copy.copy(record)
        safe.msg, safe.args = shown(record.getMessage()), None
        if record.exc_info and record.exc_info[0] is not None:
            safe.exc_info, safe.exc_text = None, shown(self._inner.formatException(record.exc_info))
        return self._inner.format(safe)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def guard_tee(config: pytest.Config) -> None:
    """With `--capture=tee-sys` a copy of what is captured goes on to the terminal."""
    capturing = getattr(config.pluginmanager.getplugin("capturemanager"), "_global_capturing", None)
    for captured in (getattr(capturing, "out", None), getattr(capturing, "err", None)):
        file: Any = getattr(captured, "tmpfile", None)
        if getattr(file, "_other", None) is not None:
            file._other = SafeStream(file._other, foreign=True)  # noqa: SLF001 - there is no other way in
