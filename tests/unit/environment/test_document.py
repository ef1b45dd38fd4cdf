"""The reference and the JSON schema say what the model does."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from jsonschema import Draft7Validator

from smokegate.environment import document
from smokegate.environment.model import Environment, EnvironmentFile
from smokegate.environment.schema import schema, sections, texts

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "environments").glob("*.toml"))
TITLE = 'title = "App"\n'
START = TITLE + '[backend]\nurl = "https://app.example.com"\n'

Loader = Callable[..., Environment]


def faults(text: str) -> list[str]:
    """Return what the schema has against a file."""
    return [each.message for each in Draft7Validator(schema()).iter_errors(tomllib.loads(text))]


def test_the_generated_files_are_up_to_date() -> None:
    """If not: python -m smokegate.environment.document."""
    assert document.stale(ROOT) == ()


def test_a_stale_file_is_reported_and_not_written_on_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 1 and the message says what to run."""
    assert document.main(["--check", "--root", str(tmp_path)]) == 1
    assert "docs/environments.md is out of date; run: python -m smokegate.environment.document" in (
        capsys.readouterr().err
    )
    assert not (tmp_path / "docs").exists()


def test_what_was_written_passes_the_check(tmp_path: Path) -> None:
    """Both files are made where they are missing."""
    assert document.main(["--root", str(tmp_path)]) == 0
    assert document.main(["--check", "--root", str(tmp_path)]) == 0


def test_every_field_of_the_file_is_documented() -> None:
    """A field without a text after it has none in the reference."""
    assert [model for model in sections(EnvironmentFile) if not all(texts(model).values())] == []


def test_the_schema_is_a_schema() -> None:
    """By its own metaschema."""
    Draft7Validator.check_schema(schema())


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_a_shipped_environment_keeps_the_schema(file: Path) -> None:
    """Editors must not underline what loads."""
    assert faults(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_a_shipped_environment_names_the_schema_for_editors(file: Path) -> None:
    """In its first line, relative to itself."""
    assert file.read_text(encoding="utf-8").splitlines()[0] == "#:schema ./environment.schema.json"


@pytest.mark.parametrize(
    "text",
    [
        "nam = 1\n" + START,
        START + "[backend.helth]\n",
        START + "wait = 10",
        START + "[backend.health]\njson = { a = { one_of = [1], b = 2 } }",
        START + '[[backend.endpoints]]\npath = "a"',
        START + '[sign_in]\nlogin = "/l"\naccount = "/a"\n[sign_in.standing]\nemail = "a"\npassword = "b"',
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(text: str) -> None:
    """Unknown keys, wrong types, literal secrets: seen while typing."""
    assert faults(text)


def test_check_jsonschema_agrees() -> None:
    """The tool that teams run in pre-commit reads the schema that is shipped."""
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(ROOT / document.SCHEMA)]
    done = subprocess.run([*command, *map(str, SHIPPED)], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def examples() -> list[str]:
    """Return the TOML examples of the reference, each made a whole file."""
    page = (ROOT / document.PAGE).read_text(encoding="utf-8")
    found = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    return [
        each if "title" in each else (TITLE if re.search(r"^\[+backend\]", each, re.MULTILINE) else START) + each
        for each in found
    ]


@pytest.mark.parametrize("text", examples())
def test_an_example_of_the_reference_loads(text: str, loaded: Loader, tmp_path: Path) -> None:
    """A reader can copy it, and the files that it names beside it."""
    variables = dict.fromkeys(re.findall(r'env = "(\w+)"', text), "a-value-of-its-own")
    if "client_certificate" in text:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(tmp_path / "internal-ca.pem"))
        issued = authority.issue_cert("client@example.com")
        variables["CLIENT_CERT"] = issued.cert_chain_pems[0].bytes().decode()
        variables["CLIENT_KEY"] = issued.private_key_pem.bytes().decode()
    assert loaded(text, variables=variables).backend.url


def test_the_reference_has_examples() -> None:
    """Else the test above would test nothing."""
    assert len(examples()) > 1


def test_the_shipped_schema_is_readable_json() -> None:
    """Editors fetch the file, not the model."""
    assert json.loads((ROOT / document.SCHEMA).read_text(encoding="utf-8")) == schema()
