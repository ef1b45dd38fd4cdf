"""`smokegate check URL`: no file, no set-up: finds what there is to judge by, and judges it with the suite."""

from __future__ import annotations

import argparse
import io
import json
import tempfile
from contextlib import closing, redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smokegate.commands.arguments import add_health
from smokegate.exit_codes import UNKNOWN, CommandError

if TYPE_CHECKING:
    from smokegate.observation.discovery.found import Found
    from smokegate.observation.transport.pool import Pool


#: With all that they import themselves, most of what is imported after a discovery.
LATER = (
    "smokegate.environment.load",
    "pytest",
    "smokegate.commands.run",
    "smokegate.plugin.session",
    "smokegate.observation.observer",
    "smokegate.api",
    "smokegate.plugin.output",
    "smokegate.plugin.run_report",
)
#: Plugins of pytest's own that serve a person's tests, and cost a tenth of the suite's time.
UNUSED = (
    "cacheprovider",
    "debugging",
    "doctest",
    "faulthandler",
    "legacypath",
    "pastebin",
    "stepwise",
    "threadexception",
    "unittest",
    "unraisableexception",
)


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("urls", nargs="+", metavar="URL", help="the deployment's address, such as shop.example.com")
    add_health(parser)
    parser.add_argument("--json", action="store_true", help="print the run's JSON document instead of text")
    parser.epilog = (
        "exit codes: 0 go on, 1 broken, 6 could not be judged, 7 the platform's outage, 4 an argument cannot be used"
    )


def run(arguments: argparse.Namespace) -> int:
    """Discover, judge and report; returns the exit code."""
    from smokegate.commands import discovery  # noqa: PLC0415 - start-up time
    from smokegate.observation.transport.pool import Pool  # noqa: PLC0415 - see above

    urls = list(dict.fromkeys(discovery.address_of(each) for each in arguments.urls))
    with closing(Pool(len(urls))) as pool:
        discovered = discovery.discover_all(pool, urls, arguments.health, _load_suite)
        from smokegate.commands.check_verdict import downgrade_guesses  # noqa: PLC0415 - see above

        names = _names([discovery.name_for(each.url) for each in discovered])
        found = dict(zip(names, discovered, strict=True))
        texts = {name: discovery.environment_text(each, name, each.url) for name, each in found.items()}
        document, printed = _judged(texts, pool)
    if document is None:
        raise CommandError(f"the suite came to no result, an error inside smokegate:\n{printed}", UNKNOWN)
    for name, each in found.items():
        downgrade_guesses(document, name, each)
    _print(arguments, document, found)
    return int(document["run"]["exit"])


def _load_suite() -> None:
    """Load what judging needs, while the deployment answers: it takes about as long as its answers."""
    for name in LATER:
        import_module(name)
    from smokegate.commands.discovery import template  # noqa: PLC0415 - see run
    from smokegate.diagnosis.catalogue import all_rules  # noqa: PLC0415 - see run
    from smokegate.knowledge.database_texts import driver_texts  # noqa: PLC0415 - see run
    from smokegate.report.page import templates  # noqa: PLC0415 - see run

    all_rules(logs=False, platform=False, server=False, browser=False)
    driver_texts()
    template()
    templates().get_template("page.html")


def _names(wanted: list[str]) -> list[str]:
    return [name if wanted.count(name) == 1 else f"{name}-{index}" for index, name in enumerate(wanted, 1)]


def _judged(texts: dict[str, str], pool: Pool) -> tuple[dict[str, Any] | None, str]:
    """Run the suite on environments that exist for this run only, in an empty folder, where no code of others is."""
    from smokegate.commands.run import run_pytest  # noqa: PLC0415 - costs start-up time
    from smokegate.plugin.embedded import Lent  # noqa: PLC0415 - see above
    from smokegate.plugin.options import PRIVATE  # noqa: PLC0415 - see above
    from smokegate.plugin.suite_location import suite_directory  # noqa: PLC0415 - see above

    with tempfile.TemporaryDirectory(prefix="smokegate-check-") as name:
        folder = Path(name)
        for environment, text in texts.items():
            (folder / f"{environment}.toml").write_text(text, encoding="utf-8")
        own = {"env": ",".join(texts), "environments": name, "reports": name}
        options = [f"{PRIVATE}{option}={value}" for option, value in own.items()]
        without = [word for plugin in UNUSED for word in ("-p", f"no:{plugin}")]
        words = [f"--rootdir={name}", "--noconftest", *without, *options, str(suite_directory())]
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            run_pytest(words, [Lent(pool)])
        report = folder / f"{'+'.join(texts)}.json"
        return (json.loads(report.read_text("utf-8")) if report.is_file() else None), printed.getvalue()


def _print(arguments: argparse.Namespace, document: dict[str, Any], found: dict[str, Found]) -> None:
    from smokegate.commands.discovery import found_lines  # noqa: PLC0415 - costs start-up time
    from smokegate.report.console import Console  # noqa: PLC0415 - see above
    from smokegate.report.terminal import UNWRAPPED, TerminalLine, block  # noqa: PLC0415 - see above

    console = Console()
    if arguments.json:
        console.document(json.dumps(document, ensure_ascii=False, indent=1))
        return
    lines = [line for each in found.values() for line in (each.url, *found_lines(each))]
    console.write(TerminalLine(line) for line in (*lines, ""))
    shown = [{**each, "name": found[each["name"]].url.partition("://")[2]} for each in document["environments"]]
    console.write(block({**document, "environments": shown}, None, UNWRAPPED, full=True))
    sent = document["run"]["requests"] + sum(each.requests for each in found.values())
    again = f"smokegate init {arguments.urls[0]}" + (f" --health {arguments.health}" if arguments.health else "")
    more = f"{sent} requests, all read-only. To write an environment file: {again}"
    console.write(TerminalLine(line) for line in ("", more))
