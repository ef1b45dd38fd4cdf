"""An account is written down before it is created, wherever this user can write at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from smokegate.environment.load import load_one
from smokegate.observation.evidence.cookies import browser_of
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.exchange import Headers
from smokegate.observation.plan.sign_in import accounts as journal
from smokegate.observation.plan.sign_in.register import Registration
from smokegate.observation.plan.sign_in.session import Session
from smokegate.observation.plan.step import RawResponse

BASE = "https://app.invalid"


@pytest.fixture(autouse=True)
def _temporary_files_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))


def _killed(entry: journal.Entry | None) -> None:
    """Let go of the lock, as the kernel does for a process that was killed."""
    assert entry is not None
    os.close(entry.descriptor)


def test_an_account_is_found_by_the_next_run_where_the_state_directory_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))

    _killed(journal.intend(BASE, "a@example.com", "the password"))

    (found,) = journal.left_behind(BASE)
    assert (found.email, found.password) == ("a@example.com", "the password")
    found.close()
    assert list(journal.left_behind(BASE)) == []


def test_a_folder_of_another_user_among_the_temporary_files_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    place = list(journal.directories())[-1]
    place.mkdir(parents=True)
    monkeypatch.setattr(os, "getuid", lambda: place.stat().st_uid + 1)
    (tmp_path / "temporary" / f"smokegate-{os.getuid()}").symlink_to(place.parents[1])

    assert journal.intend(BASE, "a@example.com", "the password") is None
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(("resent", "kept"), [(False, 0), (True, 1)])
def test_an_account_that_exists_already_is_kept_in_mind_if_its_registration_was_sent_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, resent: bool, kept: int
) -> None:
    """The first request, whose connection was closed without a response, may have created it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    sign_in = (
        '[sign_in]\nregister = "/register"\nlogin = "/login"\naccount = "/me"\ndelete = "/me"\ncreates_accounts = true'
    )
    (tmp_path / "shop.toml").write_text(f'title = "Shop"\n[backend]\nurl = "{BASE}"\n{sign_in}\n', encoding="utf-8")
    shop = load_one("shop", directory=tmp_path, variables={})
    assert shop.sign_in is not None
    accounts = journal.Accounts(shop, Redactor())
    session = Session(shop.sign_in, BASE, Redactor(), "", browser_of(shop))
    (step,) = Registration(shop.sign_in, accounts, session).steps()
    assert step.build is not None
    assert step.on_response is not None
    step.build()
    step.on_response(RawResponse(409, Headers(()), "", 0, BASE, resent=resent))
    if accounts._entry is not None:
        _killed(accounts._entry)
    found = list(journal.left_behind(BASE))
    assert len(found) == kept
    for each in found:
        each.close()
