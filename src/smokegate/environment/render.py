"""The `[render]` section: what the platform's own API says of the deployment."""

from __future__ import annotations

from typing import Annotated, Any, Self, cast

from pydantic import Field, ValidationInfo, ValidatorFunctionWrapHandler, WrapValidator

from smokegate.environment import variables
from smokegate.environment.fields import Duration, Many, Origin, Secret
from smokegate.environment.section import Section

KEY_VARIABLE = "RENDER_API_KEY"
"""The variable that holds the key where the file names none."""
VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class Unset(str):  # noqa: SLOT000 -- it holds a name besides
    """A key whose variable is not set: an empty text that knows the variable's name."""

    variable: str

    def __new__(cls, variable: str = "") -> Self:
        """Make one for a variable."""
        made = super().__new__(cls)
        made.variable = variable
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Unset, (self.variable,)


def key_if_set(value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> str:
    """Return the key; where its variable is not set, an `Unset`: the run says so and judges everything else."""
    given = variables.of(info)
    named = value.get("env") if isinstance(value, dict) and set(value) == {"env"} else None
    if given is not None and isinstance(named, str) and not given.values.get(named):
        return Unset(named)
    return cast("str", handler(value))


class Render(Section):
    """The services on Render, as its API reports them: `key`, read-only, queried once per run."""

    key: Annotated[Secret, WrapValidator(key_if_set)] = ""
    """The API key, as `{ env = "NAME" }`; left out, that of the variable `RENDER_API_KEY`."""
    key_required: bool = True
    """`false`: where the key's variable is not set, the run says that the platform is not covered, and is judged
    without it. Otherwise it is UNKNOWN, unless another check fails."""
    service: str = Field(min_length=1, examples=["my-backend"])
    """The backend's service: its name or its id (`srv-…`)."""
    frontend: str | None = Field(default=None, min_length=1, examples=["my-frontend"])
    """The frontend's service."""
    database: str | None = Field(default=None, min_length=1, examples=["my-database"])
    """The PostgreSQL database that the backend depends on: its name or its id (`dpg-…`)."""
    variables: Many[VariableName] = ()
    """The environment variables that the backend needs: each must be set and not empty."""
    optional: Many[VariableName] = ()
    """Those that it can do without; `smokegate preflight` knows them."""
    values: dict[VariableName, str] = Field(default_factory=dict, examples=[{"DEBUG": "False"}])
    """Variables that must have a certain value, such as `{ DEBUG = "False" }`; case does not matter."""
    branch: str | None = None
    """The branch that the backend is deployed from, as `smokegate preflight` expects it in the blueprint."""
    auto_deploy: bool | None = None
    """Whether a push deploys it, as `smokegate preflight` expects it in the blueprint."""
    blueprint: str | None = Field(default=None, examples=["render.yaml"])
    """The blueprint, relative to the current directory; `smokegate preflight` checks it."""
    api: Origin = "https://api.render.com/v1"
    """The address of the API."""
    timeout: Duration = 10.0
    """The time limit of one request to it."""
