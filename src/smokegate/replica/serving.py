"""Serving an ASGI application with uvicorn, on a port or on a bound socket, the same headers on all its answers."""

from __future__ import annotations

import os
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import uvicorn
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping

    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class MissingSettingsError(Exception):
    """Variables without which a strict deployment must not boot; the text names each."""


def require(variables: Mapping[str, str], names: Iterable[str]) -> None:
    """With `STRICT_SETTINGS=1`, refuse to boot without one of these variables."""
    missing = [name for name in names if not variables.get(name)]
    if missing and variables.get("STRICT_SETTINGS") == "1":
        raise MissingSettingsError(f"required environment variables are not set: {', '.join(missing)}")


@asynccontextmanager
async def closing(app: FastAPI) -> AsyncIterator[None]:
    """The lifespan of an application: its database connections are closed when it stops."""
    yield
    app.state.store.engine.dispose()


class Stamp:
    """An ASGI layer that adds fixed headers to every answer but the framework's own 500."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with the headers added."""

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._headers]
            await send(message)

        await self._app(scope, receive, stamped)


class _Server(uvicorn.Server):
    """A uvicorn server that says when it has begun to accept."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._started()


def main(name: str, create_app: Callable[[Mapping[str, str]], FastAPI], port: int) -> None:
    """Serve an application on $HOST and $PORT until the process is stopped; say in one line why it cannot."""
    try:
        app = create_app(os.environ)
    except MissingSettingsError as error:
        raise SystemExit(f"{name}: {error}") from error
    except SQLAlchemyError as error:
        sys.stderr.write("DB connectivity check failed\n")
        raise SystemExit(str(error)) from error
    host = os.environ.get("HOST", "0.0.0.0")  # noqa: S104 -- a container, or Render, is reached from outside
    uvicorn.run(app, host=host, port=int(os.environ.get("PORT", port)), log_level="warning")


def serve_on(app: FastAPI, bound: socket.socket, started: Callable[[], None]) -> None:
    """Serve on a bound socket; `started` is called once the first request can be answered."""
    config = uvicorn.Config(app, log_level="warning", access_log=False, http="h11", ws="none", loop="asyncio")
    _Server(config, started).run(sockets=[bound])
