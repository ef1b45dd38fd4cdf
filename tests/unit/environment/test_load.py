"""From names, a directory and variables to environments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from smokegate.environment.errors import EnvironmentErrors, InvalidValueError
from smokegate.environment.load import available, load
from smokegate.environment.model import Environment, with_addresses

from .conftest import plain

START = 'title = "App"\n[backend]\nurl = "https://app.example.com"\n'
SIGN_IN = START + '[sign_in]\nlogin = "/login"\naccount = "/me"\n'
REPLICA = 'title = "App"\n[replica]\nkind = "tectonic"\n[frontend]\n'
SHIPPED = Path(__file__).parents[3] / "environments"

Loader = Callable[..., Environment]


@pytest.fixture
def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a directory with the environments `one`, `two` and the replica `three`, and with other files."""
    monkeypatch.chdir(tmp_path)
    directory = tmp_path / "environments"
    directory.mkdir()
    for name in ("two", "one"):
        (directory / f"{name}.toml").write_text(START, encoding="utf-8")
    (directory / "three.toml").write_text(REPLICA, encoding="utf-8")
    (directory / ".two.toml").write_text("an editor's", encoding="utf-8")
    (directory / "environment.schema.json").write_text("{}", encoding="utf-8")
    return directory


def names(found: tuple[Environment, ...]) -> list[str]:
    """Return the names of environments."""
    return [each.name for each in found]


def message(directory: Path, *wanted: str, overrides: tuple[str, ...] = ()) -> str:
    """Return what is said against these names or overrides."""
    with pytest.raises(EnvironmentErrors) as caught:
        load(wanted, directory=directory, variables={}, overrides=overrides)
    return "\n".join(plain(caught.value))


def test_environments_are_the_toml_files_of_the_directory(three: Path) -> None:
    """They are listed by name; hidden files and others do not count."""
    assert available(three) == ("one", "three", "two")


def test_environments_come_in_the_order_of_their_names_each_once(three: Path) -> None:
    """Names may be repeated and may hold commas and spaces."""
    assert names(load(["two, one", "two"], directory=three, variables={})) == ["two", "one"]


def test_all_stands_for_every_environment(three: Path) -> None:
    """They come in alphabetical order."""
    assert names(load(["all", "two"], directory=three, variables={})) == ["one", "three", "two"]


def test_an_unknown_environment_is_reported_with_those_that_there_are(three: Path) -> None:
    """A near name is proposed, and every unknown one is reported."""
    assert message(three, "tow,staging").splitlines() == [
        'environments: "tow" is not an environment (there are: one, three, two); did you mean "two"?',
        'environments: "staging" is not an environment (there are: one, three, two)',
    ]


def test_no_name_is_a_mistake(three: Path) -> None:
    """A comma alone selects nothing, and nothing checked must not look like success."""
    assert message(three, ",") == "environments: no environment is selected; there are: one, three, two"


def test_an_empty_directory_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no file at all there is nothing to propose."""
    monkeypatch.chdir(tmp_path)
    assert message(tmp_path, "all") == ".: no environment is selected; there is no NAME.toml in it"


def test_a_missing_directory_says_what_it_should_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the directory."""
    monkeypatch.chdir(tmp_path)
    assert message(tmp_path / "environments", "one") == (
        "environments: expected a directory with a file NAME.toml for each environment, "
        "found: no such file or directory; `smokegate init URL` writes the first"
    )


def test_a_directory_in_the_place_of_a_file_is_a_mistake(three: Path) -> None:
    """The operating system's reason is in the message."""
    (three / "four.toml").mkdir()
    assert message(three, "four") == ("environments/four.toml: expected a file that can be read, found: is a directory")


def test_a_file_that_cannot_be_read_is_a_mistake(three: Path) -> None:
    """A link to itself cannot be read by anyone, root included."""
    (three / "four.toml").symlink_to("four.toml")
    assert message(three, "four") == (
        "environments/four.toml: expected a file that can be read, found: too many levels of symbolic links"
    )


def test_the_mistakes_of_all_files_are_reported_at_once(three: Path) -> None:
    """One run of the loader is enough to know them all."""
    (three / "one.toml").write_text("title = 1\n" + START.removeprefix('title = "App"\n'), encoding="utf-8")
    (three / "two.toml").write_text("title", encoding="utf-8")
    no_value = "Expected '=' after a key in a key/value pair (at line 1, column 6, the end of the file)"
    assert message(three, "all,zero").splitlines() == [
        'environments: "zero" is not an environment (there are: one, three, two)',
        "environments/one.toml: title: expected a string, found the number 1",
        f"environments/two.toml: not TOML: {no_value}",
    ]


def test_a_byte_order_mark_is_no_mistake(loaded: Loader) -> None:
    """Some editors write one."""
    assert loaded(b"\xef\xbb\xbf" + START.encode()).title == "App"


def test_an_address_comes_from_a_variable(loaded: Loader) -> None:
    """Without the slash at its end and the line break that shells leave; it is not a secret."""
    found = loaded('title = "App"\nbackend.url = { env = "APP" }', variables={"APP": "https://app.example.com/\n"})
    assert (found.backend.url, found.secrets) == ("https://app.example.com", frozenset())


def test_an_address_has_a_default_for_a_variable_that_is_not_set(loaded: Loader) -> None:
    """An empty variable counts as not set."""
    text = 'title = "App"\nbackend.url = { env = "APP", default = "https://app.example.com" }'
    assert loaded(text, variables={"APP": ""}).backend.url == "https://app.example.com"


def test_the_standing_account_is_secret(loaded: Loader) -> None:
    """Its values are in the model as text, and known for redaction."""
    standing = '[sign_in.standing]\nemail = { env = "E" }\npassword = { env = "P" }'
    found = loaded(SIGN_IN + standing, variables={"E": "a@example.com", "P": "hunter2"})
    assert found.sign_in is not None
    assert found.sign_in.standing is not None
    assert found.sign_in.standing.password == "hunter2"
    assert found.secrets == {"hunter2"}, "a user name is not a secret"
    assert "hunter2" not in repr(found)


def test_a_secret_that_is_too_short_to_be_found_is_refused(loaded: Loader) -> None:
    """Five characters stand in innocent words; the message shows none of them."""
    standing = '[sign_in.standing]\nemail = { env = "E" }\npassword = { env = "P" }'
    key = '[[backend.endpoints]]\npath = "/a"\nsend = { X-Api-Key = { env = "K" } }\n'
    with pytest.raises(EnvironmentErrors) as caught:
        loaded(SIGN_IN + standing, variables={"E": "e", "P": "qwert"})
    assert "sign_in.standing.password: expected a secret of at least 6 characters" in str(caught.value)
    assert "found 5 in the variable P" in str(caught.value)
    assert "qwert" not in str(caught.value)
    for short in ("qwert", "qw er t"):  # where a terminal wraps a line, its spaces are lost
        with pytest.raises(EnvironmentErrors, match="at least 6 characters"):
            loaded(START + key, variables={"K": short})


def test_the_password_in_basic_credentials_is_a_secret_of_its_own(loaded: Loader) -> None:
    """A log writes the pair that they encode, or the password alone; the user's name is not a secret."""
    key = '[[backend.endpoints]]\npath = "/a"\nsend = { Authorization = { env = "K" } }\n'
    found = loaded(START + key, variables={"K": "Basic YWRtaW5pc3RyYXRvcjpodW50ZXIy"})
    assert {"administrator:hunter2", "hunter2", "YWRtaW5pc3RyYXRvcjpodW50ZXIy"} <= found.secrets
    assert "administrator" not in found.secrets


def test_a_standing_account_that_is_not_set_is_missing_and_no_mistake(loaded: Loader) -> None:
    """All else can still be checked; its variables are named."""
    found = loaded(SIGN_IN + '[sign_in.standing]\nemail = { env = "E" }\npassword = { env = "P" }')
    assert found.sign_in is not None
    assert (found.sign_in.standing, found.missing) == (None, ("E", "P"))


def test_the_standing_account_has_variables_by_convention(loaded: Loader) -> None:
    """A file that neither creates accounts nor names one is read with those of the environment's name."""
    assert loaded(SIGN_IN).missing == ("SMOKE_APP_EMAIL", "SMOKE_APP_PASSWORD")


def test_half_a_standing_account_is_missing(loaded: Loader) -> None:
    """The variable that is set is a secret all the same."""
    found = loaded(SIGN_IN, variables={"SMOKE_APP_EMAIL": "a@example.com"})
    assert (found.missing, found.secrets) == (("SMOKE_APP_PASSWORD",), frozenset())


def test_a_run_that_creates_accounts_misses_no_standing_one(loaded: Loader) -> None:
    """The journey does not need it."""
    created = 'creates_accounts = true\nregister = "/r"\n'
    standing = '[sign_in.standing]\nemail = { env = "E" }\npassword = { env = "P" }'
    assert loaded(SIGN_IN + created + standing).missing == ()


@pytest.mark.parametrize(
    ("value", "sent", "secrets"),
    [
        ('{ env = "KEY" }', "abcdef", {"abcdef"}),
        ('{ env = "KEY", prefix = "Bearer " }', "Bearer abcdef", {"abcdef"}),
        ('{ env = "WHOLE" }', "Bearer abcdef", {"Bearer abcdef", "abcdef"}),
    ],
)
def test_a_header_from_a_variable_is_secret(loaded: Loader, value: str, sent: str, secrets: set[str]) -> None:
    """What follows the scheme is known by itself too: a body may repeat it without."""
    text = START + f'[[backend.endpoints]]\npath = "/a"\nsend = {{ Authorization = {value} }}'
    found = loaded(text, variables={"KEY": "abcdef", "WHOLE": "Bearer abcdef"})
    assert (found.backend.endpoints[0].send, found.secrets) == ({"Authorization": sent}, secrets)


@pytest.mark.parametrize(
    ("override", "path", "value"),
    [
        ("backend.url=https://other.example.com", "backend.url", "https://other.example.com"),
        ("app:backend.url=https://other.example.com", "backend.url", "https://other.example.com"),
        ("backend.wait=1m", "backend.wait", 60.0),
        ("backend.wait='1m'", "backend.wait", 60.0),
        ("backend.certificate_days=3", "backend.certificate_days", 3),
        ('title="A = B"', "title", "A = B"),
        ("title=A = B", "title", "A = B"),
        ("title=a\nb = 1", "title", "a\nb = 1"),
        ("frontend.url=https://www.example.com", "frontend.url", "https://www.example.com"),
        ('"backend".health.path=/healthz', "backend.health.path", "/healthz"),
    ],
)
def test_an_override_takes_the_place_of_a_value(loaded: Loader, override: str, path: str, value: object) -> None:
    """It is TOML where it is TOML, else a text; a section that the file lacks is made."""
    found: object = loaded(START, overrides=[override])
    for key in path.split("."):
        found = getattr(found, key)
    assert found == value


def test_an_override_reaches_into_an_array(loaded: Loader) -> None:
    """Entries count from 0."""
    text = START + '[[backend.endpoints]]\npath = "/a"\n[[backend.endpoints]]\npath = "/b"\n'
    found = loaded(text, overrides=["backend.endpoints.1.path=/c"])
    assert [each.path for each in found.backend.endpoints] == ["/a", "/c"]


def test_an_override_makes_a_variable_needless(loaded: Loader) -> None:
    """The replaced reference is not read."""
    found = loaded('title = "App"\nbackend.url = { env = "APP" }', overrides=["backend.url=https://x.example"])
    assert found.backend.url == "https://x.example"


def test_another_address_is_checked_instead_of_the_replica(loaded: Loader) -> None:
    """No replica is started then."""
    overrides = ["backend.url=https://x.example", "frontend.url=https://y.example"]
    assert loaded(REPLICA, overrides=overrides).replica is None


def test_overrides_name_their_environment_among_several(three: Path) -> None:
    """Each goes to its own."""
    overrides = ["one:title=First", "two:title=Second"]
    found = load(["one", "two"], directory=three, variables={}, overrides=overrides)
    assert [each.title for each in found] == ["First", "Second"]


KEY_AND_VALUE = "expected KEY=VALUE with a key of the file, as in --set backend.url=https://preview.example.com"
WRONG_OVERRIDES = {
    "title": f"--set title: {KEY_AND_VALUE}",
    "a b=1": f"--set a b=…: {KEY_AND_VALUE}",
    "title=A": "2 environments are selected, expected which one is meant, as in --set one:title=…",
    "three:title=A": 'expected one of the selected environments (one, two), found "three"',
    "on:title=A": 'expected one of the selected environments (one, two), found "on"; did you mean "one"?',
    "one:title=5": "expected a string, found the number 5",
    "one:title.a=5": "expected title to be a table in which a can be set, found a plain value",
    "one:backend.helth.path=/": 'backend.helth: unknown section; did you mean "health"?',
    "one:backend.endpoints.0.path=/": "backend.endpoints: expected an array, found a table",
}


@pytest.mark.parametrize("override", WRONG_OVERRIDES)
def test_a_wrong_override_is_reported_by_its_own_name(three: Path, override: str) -> None:
    """The file is not to blame; the value is not repeated."""
    place = f"--set {override.partition('=')[0]}=…: "
    expected = WRONG_OVERRIDES[override]
    assert message(three, "one,two", overrides=(override,)) == (
        expected if expected.startswith("--set") else place + expected
    )


def test_an_override_of_a_secret_by_a_literal_is_refused_unseen(loaded: Loader) -> None:
    """A command line is in process lists and logs."""
    with pytest.raises(EnvironmentErrors) as caught:
        loaded(SIGN_IN, overrides=["sign_in.standing.password=hunter2"])
    refused = 'expected { env = "NAME" }: a secret is never written down, found a literal value'
    assert plain(caught.value) == [
        'app.toml: sign_in.standing.email: is missing; expected email = { env = "NAME" }',
        f"--set sign_in.standing.password=…: {refused}",
    ]


def test_an_override_of_a_secret_by_another_variable_is_taken(loaded: Loader) -> None:
    """A reference is not a literal."""
    overrides = ['sign_in.standing={ email = { env = "E" }, password = { env = "P" } }']
    assert loaded(SIGN_IN, variables={"E": "e", "P": "hunter2"}, overrides=overrides).secrets == {"hunter2"}


def test_a_replica_without_its_frontend_says_what_to_set_too(loaded: Loader) -> None:
    """Who sets the backend's address learns that the frontend's is missing, and why."""
    with pytest.raises(EnvironmentErrors) as caught:
        loaded(REPLICA, overrides=["backend.url=https://x.example"])
    assert plain(caught.value)[0] == (
        'app.toml: frontend.url: is missing; expected an address such as "https://app.example.com" '
        '(--set frontend.url=…): with "--set backend.url" no replica is started to fill it in'
    )


def test_a_started_replica_fills_in_its_addresses(loaded: Loader) -> None:
    """What was loaded stays as it was."""
    before = loaded(REPLICA)
    after = with_addresses(
        before, backend_url="https://a.localhost:1/", frontend_url="https://b.localhost:2", ca_file="/ca.pem"
    )
    assert after.frontend is not None
    assert (after.backend.url, after.frontend.url, after.ca_file) == (
        "https://a.localhost:1",
        "https://b.localhost:2",
        "/ca.pem",
    )
    assert before.backend.url == ""


def test_a_replica_cannot_fill_in_what_is_no_address(loaded: Loader) -> None:
    """The address is checked as one in a file is."""
    with pytest.raises(InvalidValueError, match="expected an address"):
        with_addresses(loaded(REPLICA), backend_url="localhost:1")


def test_certificate_authorities_are_found_beside_the_file(loaded: Loader, tmp_path: Path) -> None:
    """Wherever the run is started."""
    (tmp_path / "ca.pem").write_text("", encoding="utf-8")
    assert loaded('ca_file = "ca.pem"\n' + START).ca_file == str(tmp_path / "ca.pem")


def test_the_shipped_environments_load() -> None:
    """With the one variable that aws needs."""
    found = load(["all"], directory=SHIPPED, variables={"SMOKE_AWS_URL": "https://aws.example.com"})
    assert {"aws", "local", "local-trading", "render"} <= set(names(found))


def test_the_aws_environment_promises_something_of_the_database() -> None:
    """Its other documented checks stay green with the database stopped."""
    (aws,) = load(["aws"], directory=SHIPPED, variables={"SMOKE_AWS_URL": "https://aws.example.com"})
    gates = [each.path for each in aws.backend.endpoints if each.severity == "gate" and "database" in each.touches]
    assert gates == ["/api/health/ready"]


def test_production_is_read_only() -> None:
    """No shipped environment of a real deployment creates accounts."""
    found = load(["render", "aws"], directory=SHIPPED, variables={"SMOKE_AWS_URL": "https://aws.example.com"})
    assert [each.name for each in found if each.sign_in is not None and each.sign_in.creates_accounts] == []


@pytest.mark.parametrize("target", ["deploy:hunter2@app.example.com", "ssh://deploy:hunter2@app.example.com:22"])
def test_a_password_in_an_ssh_target_is_refused_unseen(loaded: Loader, target: str) -> None:
    """It would stand in every report as the name of the host."""
    with pytest.raises(EnvironmentErrors) as caught:
        loaded(START + f'[server]\nssh = "{target}"\n')
    assert 'server.ssh: expected "user@host" without a password' in str(caught.value)
    assert "hunter2" not in str(caught.value)
