"""One fix at a time: a real directory on this host, taken by real commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from smokegate.commands.fix.lock import LockedError, held
from smokegate.environment.model import Server
from smokegate.observation.server.host import Host, connect


@pytest.fixture
def host() -> Iterator[Host]:
    with connect(Server(local=True, timeout=60.0)) as found:  # a busy machine starts a shell late
        yield found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "fix lock"


def take(host: Host, path: Path, stale_after: float = 1000.0) -> None:
    """Take the lock and give it back."""
    with held(host, "staging", path=str(path), stale_after=stale_after):
        assert path.is_dir()


def test_it_is_given_back(host: Host, path: Path) -> None:
    """Nothing of it is left."""
    take(host, path)
    assert not path.exists()


def test_it_is_given_back_on_an_interrupt(host: Host, path: Path) -> None:
    """Ctrl-C leaves no lock."""

    def interrupted() -> None:
        with held(host, "staging", path=str(path)):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not path.exists()


def test_the_second_is_refused_and_told_who_and_since_when(host: Host, path: Path) -> None:
    """The message names the holder, its process, the time, and the way out."""
    with held(host, "production", path=str(path)), pytest.raises(LockedError) as refused:
        take(host, path)
    holder = f"process {os.getpid()}) since 20"
    assert all(each in str(refused.value) for each in (holder, "for production", str(path)))


def test_the_holder_keeps_it_when_the_second_is_refused(host: Host, path: Path) -> None:
    """Who does not get it takes nothing away."""
    with held(host, "staging", path=str(path)) as lock:
        with pytest.raises(LockedError):
            take(host, path)
        lock.touch()


def test_what_no_one_has_touched_for_long_is_taken_over(host: Host, path: Path) -> None:
    """A server that crashed, or a connection that was lost, does not lock forever."""
    path.mkdir()
    (path / "holder").write_text(json.dumps({"who": "someone@elsewhere", "pid": 1}))
    os.utime(path / "holder", (1, 1))
    take(host, path)
    assert not path.exists()


def test_what_was_touched_lately_is_not_taken_over(host: Host, path: Path) -> None:
    """The holder on another machine may be building."""
    path.mkdir()
    (path / "holder").write_text(json.dumps({"who": "someone@elsewhere", "pid": 1}))
    with pytest.raises(LockedError, match="someone@elsewhere"):
        take(host, path)


def test_that_of_a_process_that_is_gone_is_taken_over_at_once(host: Host, path: Path) -> None:
    """After `kill -9` the next fix on this machine need not wait."""
    child = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    path.mkdir()
    holder = {"who": f"someone@{os.uname().nodename}", "pid": int(child.stdout), "token": "cafe"}
    (path / "holder").write_text(json.dumps(holder))
    take(host, path)
    assert not path.exists()


def test_of_many_at_once_one_gets_it(host: Host, path: Path) -> None:
    """The lock holds also where a stale one is there for all of them to take over."""
    path.mkdir()
    (path / "holder").write_text("{}")
    os.utime(path / "holder", (1, 1))
    crowd = 6
    together, after = Barrier(crowd), Barrier(crowd)

    def attempt(_: int) -> bool:
        together.wait()
        try:
            with held(host, "staging", path=str(path)):
                after.wait()
                return True
        except LockedError:
            after.wait()
            return False

    with ThreadPoolExecutor(crowd) as pool:
        assert sum(pool.map(attempt, range(crowd))) == 1


def test_a_lock_that_was_taken_away_is_noticed(host: Host, path: Path) -> None:
    """Who lost it must not go on."""
    with held(host, "staging", path=str(path)) as lock:
        (path / "holder").write_text(json.dumps({"token": "another"}))
        with pytest.raises(LockedError, match="no longer ours"):
            lock.touch()
    assert path.exists()


def test_where_it_cannot_be_made_the_reason_is_reported(host: Host, tmp_path: Path) -> None:
    """A missing directory is not taken for another fix."""
    with pytest.raises(LockedError, match=r"cannot be created: .*No such file"):
        take(host, tmp_path / "nowhere" / "lock")
