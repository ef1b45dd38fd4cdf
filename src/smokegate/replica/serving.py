"""Serving an ASGI application with uvicorn, on a port or on a socket that someone else has bound."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable

    from fastapi import FastAPI


@asynccontextmanager
async def closing(app: FastAPI) -> AsyncIterator[None]:
    """The lifespan of an application: its database connections are closed when it stops."""
    yield
    app.state.store.engine.dispose()


class _Server(uvicorn.Server):
    """A uvicorn server that says when it has begun to accept."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._started()


def serve(app: FastAPI, *, port: int, host: str) -> None:
    """Serve until the process is stopped."""
    uvicorn.run(app, host=host, port=port, log_level="warning")


def serve_on(app: FastAPI, bound: socket.socket, started: Callable[[], None]) -> None:
    """Serve on a bound socket; `started` is called once the first request can be answered."""
    config = uvicorn.Config(app, log_level="warning", access_log=False, http="h11", ws="none", loop="asyncio")
    _Server(config, started).run(sockets=[bound])
