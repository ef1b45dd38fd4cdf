"""A service does not start because something can not be imported."""

from __future__ import annotations

from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.rule import Level, Rule
from smokegate.diagnosis.server_rule_helpers import EDGE, STATES, by_reason

RULES = (
    Rule(
        code="container.import-error",
        title="The service {service} does not start: a module can not be imported",
        level=Level.SERVER,
        owner=Owner.APP,
        symptom="The container restarts; its log ends with `ModuleNotFoundError` or `ImportError`.",
        reads=STATES,
        judge=by_reason("container.import-error"),
        steps=(
            (
                "Add the package that the evidence names to the requirements, or mend the import, and"
                " rebuild: `{compose} up -d --build {service}`."
            ),
            (
                "A restart does not help: the same image fails in the same way. Until it is mended,"
                " deploy the version before it."
            ),
            (
                "If the module is the application's own, look at the working directory and the module"
                " path in the start command."
            ),
        ),
        competing=(
            "a package that is missing from the requirements",
            "an image that was not rebuilt",
            "a wrong module path in the start command",
        ),
        silences=EDGE,
    ),
)
