"""Several backends of one system in one file: an environment each."""

from __future__ import annotations

from pathlib import Path

import pytest

from smokegate.environment.load import EnvironmentErrors, load, load_one, names

FILE = """
title = "Shop"

[[backend]]
name = "eu"
url  = "https://eu.example.com"
send = { X-Key = { env = "SHOP_KEY" } }

[backend.health]
path = "/healthz"
text = "OK"

[[backend]]
name = "us"
url  = "https://us.example.com/api"
timeout = "3s"

[backend.health]
path = "/up"

[sign_in]
login = "/login"
account = "/me"
"""
VARIABLES = {"SHOP_KEY": "key-12345678", "SMOKE_SHOP_US_EMAIL": "a@example.com", "SMOKE_SHOP_US_PASSWORD": "pw-123456"}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "shop.toml").write_text(FILE)
    (tmp_path / "other.toml").write_text('title = "Other"\n[backend]\nurl = "https://other.example.com"\n')
    return tmp_path


def test_each_backend_is_an_environment_of_its_own(directory: Path) -> None:
    """What the second leaves out is that of the first; each has its own name, title and standing account."""
    eu, us = load(["shop"], directory=directory, variables=VARIABLES)
    assert (eu.name, eu.title, eu.backend.url) == ("shop-eu", "Shop (eu)", "https://eu.example.com")
    assert (us.name, us.title, us.backend.url) == ("shop-us", "Shop (us)", "https://us.example.com/api")
    assert (eu.backend.timeout, us.backend.timeout) == (10.0, 3.0)
    assert us.backend.send == eu.backend.send
    assert (eu.backend.health.path, us.backend.health.path) == ("/healthz", "/up")
    assert us.backend.health.text == eu.backend.health.text
    assert eu.missing == ("SMOKE_SHOP_EU_EMAIL", "SMOKE_SHOP_EU_PASSWORD")
    assert us.missing == ()
    assert {eu.file, us.file} == {"shop.toml"}


def test_one_of_them_can_be_named(directory: Path) -> None:
    """By its own name, in a list, among all, and for `--set`."""

    def chosen(*words: str, **more: list[str]) -> list[str]:
        return [each.name for each in load(words, directory=directory, variables=VARIABLES, **more)]

    assert chosen("shop-us") == ["shop-us"]
    assert chosen("shop-us,shop") == ["shop-us", "shop-eu"]
    assert chosen("all") == ["other", "shop-eu", "shop-us"]
    assert names(directory) == ("other", "shop-eu", "shop-us")
    override = ["shop-us:backend.url=https://preview.example.com"]
    eu, us = load(["shop"], directory=directory, variables=VARIABLES, overrides=override)
    assert (eu.backend.url, us.backend.url) == ("https://eu.example.com", "https://preview.example.com")


def test_a_command_for_one_says_which_there_are(directory: Path) -> None:
    """`smokegate diagnose shop` cannot know which one is meant."""
    assert load_one("shop-eu", directory=directory, variables=VARIABLES).name == "shop-eu"
    with pytest.raises(EnvironmentErrors, match="name one of shop-eu, shop-us"):
        load_one("shop", directory=directory, variables=VARIABLES)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('name = "us"\n', "", 'a name for each [[backend]], such as "eu"'),
        ('name = "us"', 'name = "eu"', 'another name for each [[backend]], found "eu" again'),
        ('name = "us"', 'name = "u/s"', 'a name for each [[backend]], such as "eu"'),
        ('path = "/up"', 'path = "up"', "19 | path"),
        ('path = "/healthz"', 'path = "healthz"', "10 | path"),
    ],
)
def test_what_is_wrong_is_shown_in_its_place(before: str, after: str, expected: str, directory: Path) -> None:
    """The line of the backend's own table, or of the first, from which it has the key."""
    (directory / "shop.toml").write_text(FILE.replace(before, after))
    with pytest.raises(EnvironmentErrors) as wrong:
        load(["shop"], directory=directory, variables=VARIABLES)
    assert expected in str(wrong.value)


def test_a_name_belongs_to_one_file(directory: Path) -> None:
    """A file `shop-us.toml` beside it is another environment of the same name."""
    (directory / "shop-us.toml").write_text((directory / "other.toml").read_text())
    with pytest.raises(EnvironmentErrors, match="shop-us is also a file of its own"):
        load(["shop"], directory=directory, variables=VARIABLES)


def test_a_single_backend_has_no_name(directory: Path) -> None:
    """It is the file that has one."""
    (directory / "shop.toml").write_text('title = "Shop"\n[backend]\nname = "eu"\nurl = "https://eu.example.com"\n')
    with pytest.raises(EnvironmentErrors, match="goes with several"):
        load(["shop"], directory=directory, variables={})
