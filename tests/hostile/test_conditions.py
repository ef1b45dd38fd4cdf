"""Operating conditions: whatever is wrong around a run, it ends with one clear line and the verdict's exit code."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from tests_support.running import ROOT, clean_environment
from tests_support.web import Reply, reply

PASS, FAIL, USAGE, UNKNOWN = 0, 1, 4, 6
WELL = {"PASS", "WARN"}
"""On a busy machine the budget of a fast answer may be missed, which warns."""
SMALL = 'title = "Small"\n[backend]\nurl = "{url}"\ntimeout = "20s"\n'
ACCOUNTS = """
[sign_in]
register = "/register"
login = "/login"
account = "/me"
delete = "/me"
creates_accounts = true
"""


@pytest.fixture
def folder(tmp_path, web):
    """A directory with one environment, which is well."""
    web.answers["/health"] = reply({"status": "ok"})
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "small.toml").write_text(SMALL.format(url=web.url))
    return tmp_path


def command(folder: Path, *words: str, python: tuple[str, ...] = (), reports: str | Path = "reports") -> list[str]:
    """The command line of a run in the project, with the environments of a folder."""
    options = ["-p", "no:cacheprovider", "--env=small", f"--environments={folder / 'environments'}"]
    return [sys.executable, *python, "-m", "pytest", *options, f"--reports={folder / reports}", "-q", *words]


def run(words: list[str], variables: dict[str, str] | None = None, **more) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": ROOT} | more
    environment = clean_environment(variables or {})
    return subprocess.run(words, env=environment, text=True, errors="replace", timeout=240, check=False, **more)


def in_the_way(folder: Path) -> str:
    for ending in ("json", "html", "md", "xml"):
        (folder / "reports" / f"small.{ending}").mkdir(parents=True)
    return "reports"


def a_file(folder: Path) -> str:
    (folder / "reports").write_text("a file")
    return "reports"


@pytest.mark.parametrize("made", [in_the_way, a_file, lambda _: "/proc/reports"], ids=["in the way", "file", "closed"])
@pytest.mark.parametrize("well", [True, False])
def test_reports_that_cannot_be_written_change_no_verdict(folder, web, made, well):
    """A file or a directory in the way, a directory that takes nothing: a line, and the verdict's exit code."""
    if not well:
        web.answers["/health"] = Reply(500, b"{}")

    done = run(command(folder, reports=made(folder)))

    assert done.returncode == (PASS if well else FAIL), done.stdout + done.stderr
    assert "not written: " in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert any(word in done.stdout for word in (WELL if well else {"FAIL"}))


def test_a_disk_that_fills_up_changes_no_verdict(folder, web):
    """There is room for some reports: the others are named in a line, and the exit code is the verdict's."""
    own = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    if run([*own, "true"]).returncode:
        pytest.skip("no disk of its own can be mounted here: unshare --mount is not allowed")
    web.answers["/health"] = Reply(500, b"{}")
    (folder / "reports").mkdir()
    mounted = 'mount -t tmpfs -o size=24k none "$0" && "$@"; code=$?; ls "$0"; exit $code'

    done = run([*own, "sh", "-c", mounted, str(folder / "reports"), *command(folder)])

    assert done.returncode == FAIL, done.stdout + done.stderr
    assert "small.html" in next(line for line in done.stdout.splitlines() if line.startswith("not written: "))
    assert "no space left on device" in done.stdout
    assert "small.json" in done.stdout.splitlines(), "what there was room for is there"
    assert "Traceback" not in done.stdout + done.stderr


def test_a_report_that_fails_half_way_leaves_the_one_before(folder):
    """Pytest's JUnit writer empties its file before it writes."""
    reports = folder / "reports"
    assert run(command(folder)).returncode == PASS
    before = (reports / "small.xml").read_text()
    (folder / "broken.py").write_text(
        "import pytest\n@pytest.hookimpl(trylast=True)\ndef pytest_sessionfinish():\n    raise OSError('disk full')\n"
    )

    done = run(command(folder, "-p", "broken"), {"PYTHONPATH": str(folder)})

    assert done.returncode == PASS, done.stdout + done.stderr
    assert "disk full" in done.stdout
    assert (reports / "small.xml").read_text() == before
    assert json.loads((reports / "small.json").read_text())["environments"][0]["verdict"] in WELL


def test_the_last_red_run_is_kept(folder, web):
    """The next green run does not take away what a person still has to look into."""
    web.answers["/health"] = Reply(500, b"{}")
    run(command(folder))
    web.answers["/health"] = reply({"status": "ok"})
    run(command(folder))

    kept = json.loads((folder / "reports" / "history" / "small.red.json").read_text())

    assert kept["environments"][0]["verdict"] == "FAIL"
    assert json.loads((folder / "reports" / "small.json").read_text())["environments"][0]["verdict"] in WELL


@pytest.mark.parametrize("target", ["full", "both full", "closed", "head"])
def test_an_output_that_takes_nothing_changes_no_verdict(folder, target):
    """A full disk, a closed stdout, `| head -1`: the reports are written and the exit code is the verdict's."""
    words = command(folder, "-v")
    if target == "full":
        with Path("/dev/full").open("w") as full:
            done = run(words, stdout=full)
    elif target == "both full":
        done = run(["sh", "-c", 'exec "$@" >/dev/full 2>&1', "sh", *words])
    elif target == "closed":
        done = run(["sh", "-c", 'exec "$@" >&-', "sh", *words])
    else:
        done = run(["bash", "-c", '"$@" | head -1; exit ${PIPESTATUS[0]}', "bash", *words])

    assert done.returncode == PASS, done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert json.loads((folder / "reports" / "small.json").read_text())["environments"][0]["verdict"] in WELL


@pytest.mark.parametrize("words", [("--version",), ("run", "--help"), ("check", "--help")])
def test_a_full_disk_costs_a_command_its_output_alone(words):
    """One line about the disk, in place of Python's two and its exit code 120."""
    with Path("/dev/full").open("w") as full:
        done = run([sys.executable, "-m", "smokegate", *words], stdout=full)

    assert done.returncode == PASS
    assert done.stderr == "smokegate: output cannot be written: No space left on device\n"


@pytest.mark.parametrize(
    "streams",
    [">/dev/full", "2>/dev/full", ">/dev/full 2>&1", ">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", "2>&1 | true"],
)
@pytest.mark.parametrize(("words", "code"), [(("diagnose", "small"), PASS), (("diagnose", "unknown"), USAGE)])
def test_streams_that_take_nothing_change_no_exit_code_of_a_command(folder, streams, words, code):
    """Full, closed or unread: `diagnose` ends with the verdict's code, and a mistake in the call with 4."""
    command = [sys.executable, "-m", "smokegate", *words, f"--environments={folder / 'environments'}"]
    done = run(["bash", "-c", f'"$@" {streams}; exit ${{PIPESTATUS[0]}}', "bash", *command])

    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize(
    ("variables", "python", "limit"),
    [
        ({"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, (), None),
        ({"PYTEST_ADDOPTS": "-W ignore::pytest.PytestConfigWarning"}, ("-O",), None),
        ({"HOME": ""}, (), None),
        ({}, (), 40),
    ],
    ids=["C locale", "-O", "no home", "40 file descriptors"],
)
def test_unusual_surroundings_change_no_verdict(folder, variables, python, limit):
    """No UTF-8, no assertions, no home, few file descriptors."""
    prepare = None if limit is None else lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    done = run(command(folder, python=python), variables, preexec_fn=prepare)

    assert done.returncode == PASS, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def a_fifo(file: Path) -> None:
    os.mkfifo(file)


def a_device(file: Path) -> None:
    file.symlink_to("/dev/zero")


def ten_megabytes(file: Path) -> None:
    file.write_bytes(b"# " + b"a" * (10 << 20))


@pytest.mark.parametrize("make", [a_fifo, a_device, ten_megabytes])
def test_an_environment_file_that_is_none_is_refused_at_once(folder, make):
    """A FIFO that no one writes to, an endless device, ten megabytes."""
    file = folder / "environments" / "small.toml"
    file.unlink()
    make(file)

    done = run(command(folder))

    assert done.returncode == USAGE
    assert "small.toml: expected a " in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_directories_are_relative_to_the_current_one(folder):
    """As those of pytest's own options are."""
    words = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider"]
    done = run([*words, "--env=small", "--environments=environments", "--reports=out"], cwd=folder)

    assert done.returncode == PASS, done.stdout + done.stderr
    assert (folder / "out" / "small.json").is_file()


@pytest.mark.parametrize("words", [(), ("-n", "1")], ids=["alone", "workers"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_a_run_like_ctrl_c(folder, web, words, number):
    """The report is written, the account that the run made is deleted, nothing goes on running."""
    made, hold = threading.Event(), threading.Event()

    def login(_handler):
        made.set()
        hold.wait(60)
        return reply({"access_token": "tok-3f9a77e1c0BdE", "id": 1})

    web.answers |= {
        "/register": reply({"access_token": "tok-3f9a77e1c0BdA", "id": 1}, 201),
        "/login": login,
        "/me": lambda handler: reply({"id": 1}, 200 if handler.headers.get("Authorization") else 401),
    }
    with (folder / "environments" / "small.toml").open("a") as file:
        file.write(ACCOUNTS)
    kept = signal.signal(number, signal.SIG_DFL)  # a shell may have started us with it ignored
    process = subprocess.Popen(
        command(folder, *words),
        cwd=ROOT,
        env=clean_environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    signal.signal(number, kept or signal.SIG_DFL)
    try:
        assert made.wait(60)
        process.send_signal(number)
        out, _ = process.communicate(timeout=120)
    finally:
        hold.set()
        process.kill()

    assert ("DELETE", "/me") in web.asked, out
    assert process.returncode == 2, out
    assert "Traceback" not in out
    written = json.loads((folder / "reports" / "small.json").read_text())
    assert written["environments"][0]["verdict"] in {"UNKNOWN", "FAIL"}


def test_the_next_run_deletes_the_account_of_one_that_was_killed(folder, web):
    """SIGKILL leaves no time: the account was written down before it was created, and no report holds its password."""
    accounts, made, hold = {}, threading.Event(), threading.Event()

    def register(handler):
        body = json.loads(handler.body)
        accounts[body["email"]] = body["password"]
        return reply({"access_token": f"tok-{body['email']}", "id": 1}, 201)

    def login(handler):
        body = json.loads(handler.body)
        made.set()
        if not hold.is_set():
            hold.wait(60)
        known = accounts.get(body["email"]) == body["password"]
        return reply({"access_token": f"tok-{body['email']}", "id": 1} if known else {}, 200 if known else 401)

    def me(handler):
        email = (handler.headers.get("Authorization") or "").removeprefix("Bearer tok-")
        if handler.command == "DELETE":
            accounts.pop(email, None)
        return reply({"id": 1}, 200 if email in accounts or handler.command == "DELETE" else 401)

    web.answers |= {"/register": register, "/login": login, "/me": me}
    with (folder / "environments" / "small.toml").open("a") as file:
        file.write(ACCOUNTS)
    variables = {"XDG_STATE_HOME": str(folder / "state")}
    process = subprocess.Popen(command(folder), cwd=ROOT, env=clean_environment(variables), stdout=subprocess.DEVNULL)
    assert made.wait(60)
    process.kill()
    process.wait(60)
    hold.set()
    (left,) = accounts
    (noted,) = (folder / "state" / "smokegate" / "accounts").iterdir()
    assert noted.stat().st_mode & 0o077 == 0, "for the user alone"

    done = run(command(folder), variables)

    assert left not in accounts, done.stdout
    assert accounts == {}
    assert list(noted.parent.iterdir()) == []
    assert done.returncode == PASS, done.stdout


def children(process: int) -> list[int]:
    """The processes that a process has started and that are running."""
    running: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread may end while it is read
            running += map(int, task.read_text().split())
    return running


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_a_worker_that_is_lost_makes_no_run_red(folder, web, number):
    """What was not judged is unknown: the deployment has done nothing wrong, and the run ends."""
    made, hold = threading.Event(), threading.Event()

    def slow(_handler):
        made.set()
        hold.wait(60)
        return reply({})

    web.answers["/slow"] = slow
    with (folder / "environments" / "small.toml").open("a") as file:
        file.write('[[backend.endpoints]]\npath = "/slow"\n')
    process = subprocess.Popen(
        command(folder, "-n", "1", "--deadline=2s"),
        cwd=ROOT,
        env=clean_environment({}),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert made.wait(60)
    for worker in children(process.pid):
        os.kill(worker, number)
    out, _ = process.communicate(timeout=120)
    hold.set()

    assert process.returncode == UNKNOWN, out
    assert "UNKNOWN small" in out
    assert ("reported nothing for 22 s" in out) is (number == signal.SIGSTOP)
    assert "Traceback" not in out
