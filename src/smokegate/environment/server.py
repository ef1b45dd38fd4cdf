"""The `[server]` and `[compose]` sections: a shell on the host, and the containers that it runs."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from smokegate.environment.fields import Duration, Host, Many, Path
from smokegate.environment.notes import such_as
from smokegate.environment.section import Section


class Server(Section, frozen=True, kw_only=True):
    """A shell on the host that runs the containers: either over `ssh` or `local`."""

    ssh: Annotated[Host | None, such_as("ubuntu@app.example.com")] = None
    """`user@host`, or a host from the OpenSSH configuration, which can also set port, key and jump host."""
    ssh_config: str | None = None
    """An OpenSSH configuration file to use instead of the user's."""
    local: bool = False
    """`true`: the suite runs on that host."""
    timeout: Duration = 20.0
    """The time limit of one command."""


class Compose(Section, frozen=True, kw_only=True):
    """The docker compose project on the server."""

    directory: Annotated[str, such_as("/home/ubuntu/app")]
    """The project's directory."""
    files: Many[str] = ()
    """Compose files, relative to the directory; by default compose finds them."""
    project: str | None = None
    """The project's name, if it is not the directory's."""
    profile: str | None = None
    """The profile that is deployed."""
    services: Many[str] = ()
    """The services that must run; by default all of the profile."""
    backend: Annotated[str, such_as("backend")]
    """The backend's service."""
    port: Annotated[int, Meta(ge=1, le=65535), such_as(8000)]
    """The port on which the backend listens on the host."""
    database: str | None = None
    """The PostgreSQL database's service."""
    restart: Many[str] = ("always", "unless-stopped", "on-failure")
    """The accepted restart policies."""
    origin: Many[Path] = ("/health",)
    """The paths to request from the backend on the server itself."""
