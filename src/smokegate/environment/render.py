"""The `[render]` section: what the platform's own API says of the deployment."""

from __future__ import annotations

from typing import Annotated, Any, Self

from msgspec import Meta, field

from smokegate.environment import variables
from smokegate.environment.fields import Duration, Many, NotEmpty, Origin, Secret
from smokegate.environment.notes import Around, Read, such_as
from smokegate.environment.section import Section

KEY_VARIABLE = "RENDER_API_KEY"
"""The variable that holds the key where the file names none."""
VariableName = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


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


def key_if_set(value: Any, read: Read, given: variables.Variables | None) -> str:
    """Return the key; where its variable is not set, an `Unset`: the run says so and judges everything else."""
    named = value.get("env") if isinstance(value, dict) and set(value) == {"env"} else None
    if given is not None and isinstance(named, str) and not given.values.get(named):
        return Unset(named)
    key: str = read(value)
    return key


class Render(Section, frozen=True, kw_only=True):
    """The services on Render: its API is queried once per run, read-only."""

    key: Annotated[Secret, Around(key_if_set)] = ""
    """The API key, as `{ env = "NAME" }`; by default from the variable `RENDER_API_KEY`."""
    key_required: bool = True
    """`false`: if the key's variable is not set, the report lists the platform as not covered. `true`: without the key
    the run is UNKNOWN, unless another check fails."""
    service: Annotated[NotEmpty, such_as("my-backend")]
    """The backend's service: its name or its id (`srv-…`)."""
    frontend: Annotated[NotEmpty | None, such_as("my-frontend")] = None
    """The frontend's service."""
    database: Annotated[NotEmpty | None, such_as("my-database")] = None
    """The PostgreSQL database that the backend depends on: its name or its id (`dpg-…`)."""
    variables: Many[VariableName] = ()
    """The environment variables that the backend needs: each must be set and not empty."""
    optional: Many[VariableName] = ()
    """Optional variables: a missing one is only a note."""
    values: Annotated[dict[VariableName, str], such_as({"DEBUG": "False"})] = field(default_factory=dict)
    """Variables that must have a certain value, such as `{ DEBUG = "False" }`; case does not matter."""
    branch: str | None = None
    """The branch from which the backend is deployed; `smokegate preflight` compares it with the blueprint."""
    auto_deploy: bool | None = None
    """Whether a push deploys it; `smokegate preflight` compares it with the blueprint."""
    blueprint: Annotated[str | None, such_as("render.yaml")] = None
    """The blueprint, relative to the current directory; `smokegate preflight` checks it."""
    api: Origin = "https://api.render.com/v1"
    """The address of the API."""
    timeout: Duration = 10.0
    """The time limit of one API request."""
