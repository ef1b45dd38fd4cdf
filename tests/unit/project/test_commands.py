"""`smokegate environments` and `smokegate new`."""

from __future__ import annotations

import pytest

from smokegate.cli import main
from smokegate.environment.load import load


def test_new_writes_a_file_that_loads(tmp_path, capsys):
    """The written file is valid as it is and holds the address."""
    assert main(["new", "staging-1", "https://staging.example.com/", "--environments", str(tmp_path)]) == 0

    (environment,) = load(["staging-1"], directory=tmp_path, variables={})

    assert environment.backend.url == "https://staging.example.com"
    assert "pytest --env=staging-1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["all", "https://x.example.com"], "can not be a name"),
        (["a b", "https://x.example.com"], "can not be a name"),
        (["../up", "https://x.example.com"], "can not be a name"),
        (["fine", "x.example.com"], "https://app.example.com"),
        (["fine", "https://user:pw@x.example.com"], "without user name and password"),
        (["fine", "https://x.example.com", "--health", "health"], "starts with /"),
    ],
)
def test_new_refuses_what_can_not_be_used(tmp_path, capsys, words, message):
    """A bad name, address or path ends with exit code 2, one line, and no file."""
    assert main(["new", *words, "--environments", str(tmp_path)]) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_new_never_overwrites(tmp_path, capsys):
    """An environment that is there already stays as it is."""
    (tmp_path / "mine.toml").write_text("precious")

    assert main(["new", "mine", "https://x.example.com", "--environments", str(tmp_path)]) == 2
    assert (tmp_path / "mine.toml").read_text() == "precious"
    assert "is not overwritten" in capsys.readouterr().err


def test_environments_tells_good_from_bad(tmp_path, capsys):
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
