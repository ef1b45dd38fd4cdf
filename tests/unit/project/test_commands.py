"""`smokegate environments`, `new` and `init`."""

from __future__ import annotations

import io

import pytest
from tests_support.web import reply, serve

from smokegate.cli import main
from smokegate.environment.load import load


@pytest.fixture
def shop():
    """A healthy deployment."""
    with serve() as web:
        web.answers["/healthz"] = reply({"status": "ok", "version": "1.2.3"})
        yield web.url


@pytest.mark.parametrize("words", [["new", "staging-1"], ["init", "--name", "staging-1"]])
def test_new_and_init_write_what_the_deployment_answers(tmp_path, capsys, shop, words):
    """The written file is shown, valid as it is, and holds address, health check and status word."""
    folder = tmp_path / "environments"
    assert main([*words, f"{shop}/", "--environments", str(folder)]) == 0

    (environment,) = load(["staging-1"], directory=folder, variables={})
    out = capsys.readouterr().out

    assert (environment.backend.url, environment.backend.health.path) == (shop, "/healthz")
    assert "1.2.3" not in (folder / "staging-1.toml").read_text("utf-8")
    assert "not found  page" in out
    assert "smokegate run staging-1" in out
    assert ('addopts = ["-p", "smokegate"]' in out) == (words[0] == "init")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["all", "https://x.example.com"], "cannot be a name"),
        (["a b", "https://x.example.com"], "cannot be a name"),
        (["../up", "https://x.example.com"], "cannot be a name"),
        (["fine", "ftp://x.example.com"], "https://app.example.com"),
        (["fine", "https://user:pw@x.example.com"], "without user name and password"),
        (["fine", "https://x.example.com", "--health", "health"], "starts with /"),
    ],
)
def test_new_refuses_what_cannot_be_used(tmp_path, capsys, words, message):
    """A bad name, address or path ends with exit code 2, one line, and no file."""
    assert main(["new", *words, "--environments", str(tmp_path)]) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_new_never_overwrites_unasked(tmp_path, capsys, shop, monkeypatch):
    """Without a terminal an environment that is there stays as it is; `--yes` replaces it."""
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    (tmp_path / "mine.toml").write_text("precious")

    assert main(["new", "mine", shop, "--environments", str(tmp_path)]) == 2
    assert (tmp_path / "mine.toml").read_text() == "precious"
    assert "is not overwritten" in capsys.readouterr().err
    assert main(["new", "mine", shop, "--environments", str(tmp_path), "--yes"]) == 0
    assert shop in (tmp_path / "mine.toml").read_text()


def test_new_writes_nothing_of_a_deployment_that_does_not_answer(tmp_path, capsys, monkeypatch):
    """It says that nothing answers; only `--yes` writes the file all the same."""
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    assert main(["new", "dead", "http://127.0.0.1:9", "--environments", str(tmp_path)]) == 2
    assert "nothing answers" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
    assert main(["new", "dead", "http://127.0.0.1:9", "--environments", str(tmp_path), "--yes"]) == 0
    assert load(["dead"], directory=tmp_path, variables={})


def test_init_without_an_address_says_what_is_expected(capsys, monkeypatch):
    """Without a terminal it does not wait for one."""
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    assert main(["init"]) == 2
    assert "smokegate init https://shop.example.com" in capsys.readouterr().err


def test_environments_distinguishes_good_from_bad(tmp_path, capsys):
    """Each environment has a line; one with a mistake has the mistake, and the exit code is 4."""
    (tmp_path / "good.toml").write_text('title = "Good"\n[backend]\nurl = "https://good.example.com"\n')
    (tmp_path / "bad.toml").write_text('title = "Bad"\n[backend]\nulr = "https://bad.example.com"\n')

    code = main(["environments", "--environments", str(tmp_path)])
    out = capsys.readouterr().out

    assert code == 4
    assert "Good (https://good.example.com)" in out
    assert "backend.ulr" in out


def test_an_empty_folder_says_how_to_begin(tmp_path, capsys):
    """Without any environment the next step is named."""
    assert main(["environments", "--environments", str(tmp_path)]) == 4
    assert "smokegate new NAME URL" in capsys.readouterr().err
