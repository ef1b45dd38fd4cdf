"""An account is written down before it is created, wherever this user can write at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from smokegate.observation.plan.sign_in import accounts as journal

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
