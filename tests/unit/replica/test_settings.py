"""The applications boot from environment variables alone, strictly if told to, and say what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest
from tests_support.ports import reserved

from smokegate.replica.serving import MissingSettingsError
from smokegate.replica.tectonic.app import Settings
from smokegate.replica.trading import updater
from smokegate.replica.trading.market import Market, open_market


@pytest.fixture
def market(tmp_path: Path) -> Iterator[Market]:
    """An initialised market state in a file."""
    opened = open_market(f"sqlite:///{tmp_path / 'app.db'}")
    opened.initialise()
    yield opened
    opened.engine.dispose()


def test_without_variables_tectonic_boots_on_defaults() -> None:
    settings = Settings.from_variables({})
    assert settings.database_url.startswith("sqlite:///")
    assert (settings.debug, settings.commit) == (False, "unknown")


def test_strict_settings_name_everything_that_is_missing() -> None:
    with pytest.raises(MissingSettingsError, match="not set: SECRET_KEY, FINNHUB_API_KEY"):
        Settings.from_variables({"STRICT_SETTINGS": "1", "DATABASE_URL": "sqlite://", "SECRET_KEY": ""})


@pytest.mark.parametrize(("text", "debug"), [("True", True), ("1", True), ("False", False), ("", False)])
def test_debug_is_read_as_people_write_it(text: str, *, debug: bool) -> None:
    assert Settings.from_variables({"DEBUG": text}).debug is debug


@pytest.mark.parametrize(
    ("module", "variables", "text"),
    [
        (
            "tectonic",
            {"STRICT_SETTINGS": "1"},
            "tectonic: required environment variables are not set: SECRET_KEY",
        ),
        (
            "trading",
            {"STRICT_SETTINGS": "1"},
            "trading: required environment variables are not set: DATABASE_URL",
        ),
        ("trading", {"DATABASE_URL": "sqlite:////nowhere/app.db"}, "DB connectivity check failed\n"),
    ],
)
def test_an_application_that_cannot_boot_says_why(module: str, variables: dict[str, str], text: str) -> None:
    command = [sys.executable, "-m", f"smokegate.replica.{module}.app"]
    environment = {**os.environ, **variables}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=120)
    assert done.returncode == 1
    assert text in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("module", "path"), [("tectonic", "/health"), ("trading", "/ping_fast")])
def test_an_application_serves_by_itself(tmp_path: Path, until: Any, module: str, path: str) -> None:
    command = [sys.executable, "-m", f"smokegate.replica.{module}.app"]
    client = build_opener(ProxyHandler({}))
    variables = {"HOST": "127.0.0.1", "DATABASE_URL": f"sqlite:///{tmp_path / 'app.db'}"}

    def answers() -> bool:
        try:
            with client.open(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
                return bool(answer.status == 200)
        except URLError:
            return False

    with (
        reserved() as port,
        subprocess.Popen(command, env={**os.environ, **variables, "PORT": str(port)}) as process,
    ):
        try:
            until(answers, f"an answer of the {module} backend")
        finally:
            process.terminate()


def test_the_updater_writes_until_it_is_stopped(market: Market) -> None:
    stop = threading.Event()
    variables = {"DATABASE_URL": str(market.engine.url), "UPDATE_SECONDS": "0.01"}
    updater.run(variables, started=stop.set, stop=stop)
    snapshot = market.read()
    assert snapshot is not None
    assert '"errors": []' in snapshot.payload


def test_the_updater_outlives_a_database_that_is_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stop = threading.Event()
    updater.run({"DATABASE_URL": f"sqlite:///{tmp_path}/nowhere/app.db"}, started=stop.set, stop=stop)
    assert "market updater: update failed: (sqlite3.OperationalError) unable to open" in capsys.readouterr().err
