"""What is said of each cause is data: `knowledge/causes`."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from smokegate.diagnosis import rules
from smokegate.diagnosis.catalogue import all_rules
from smokegate.diagnosis.identity import KINDS
from smokegate.diagnosis.rules.sign_in.register import SAYING
from smokegate.diagnosis.undetermined import CODE, OWN_CODE
from smokegate.knowledge.causes import cause_file, cause_text
from smokegate.knowledge.database_texts import SAYS
from smokegate.observation.server.causes import CommandCause

FAMILIES = sorted(
    each.name.removesuffix(".toml")
    for each in (files("smokegate.knowledge") / "causes").iterdir()
    if each.name.endswith(".toml")
)
NO_CAUSES = {"reads", "steps", "start", "variants"}
"""What a file holds besides its causes; `start` are the steps of Render's starts that fail."""
BY_VALUE = {"app": {*KINDS, *SAYS}, "sign-in": {f"register-{status}" for status in SAYING}}
"""The variants that a rule names by what it saw."""


def test_each_cause_of_the_files_has_a_rule_and_each_rule_a_text() -> None:
    """A text that no rule can show, or a rule without a text, is a mistake."""
    written = {f"{family}.{name}" for family in FAMILIES for name in cause_file(family).keys() - NO_CAUSES}
    rules = {rule.code for rule in all_rules() if rule.log_text is None}
    assert written == rules | {OWN_CODE, f"check.{CODE}"}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_shared_step_is_used(family: str) -> None:
    """A step under `[steps]` that no cause names would be out of date unnoticed."""
    table = cause_file(family)
    texts = [table[name] for name in table.keys() - NO_CAUSES] + list(table.get("variants", {}).values())
    used = {step for text in texts for step in text.get("steps", ()) if isinstance(step, str)}
    assert {f"@{name}" for name in table.get("steps", {})} <= used


@pytest.mark.parametrize("family", FAMILIES)
def test_a_variant_is_one_that_a_rule_names(family: str) -> None:
    """A rule that names a variant which is not written would end in an error; one that no rule names is never shown."""
    variants = cause_file(family).get("variants", {}).keys()
    source = "".join(each.read_text("utf-8") for each in Path(rules.__path__[0]).rglob("*.py"))
    assert variants - BY_VALUE.get(family, set()) <= set(re.findall(r'"([a-z0-9-]+)"', source))
    assert BY_VALUE.get(family, set()) - {"store", "schema"} <= variants


def test_each_variant_that_a_rule_names_is_written() -> None:
    """A rule that names a variant which is not written would end in an error when its cause is found."""
    written = {name for family in FAMILIES for name in cause_file(family).get("variants", {})}
    for file in Path(rules.__path__[0]).rglob("*.py"):
        for named in re.findall(r"(?:variant|partly|says)=(.*)", file.read_text("utf-8")):
            assert set(re.findall(r'(?<!== )"([a-z0-9-]+)"', named)) <= written, file


def test_a_cause_without_text_is_named_with_its_file() -> None:
    """A rule without its text is an error that names the file and what is missing in it."""
    with pytest.raises(KeyError, match=r"causes/app\.toml: never-written: 'never-written' is missing"):
        cause_text("app.never-written")


@pytest.mark.parametrize("cause", CommandCause, ids=lambda cause: cause.code)
def test_a_command_that_failed_is_called_the_same_in_title_and_message(cause: CommandCause) -> None:
    """The collection's own word for a failure is the title of its cause."""
    assert cause_text(cause.code).title == f"No server data: {cause.title}"
