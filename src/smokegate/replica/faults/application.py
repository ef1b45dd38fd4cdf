"""Faults of the application: it runs and answers, wrongly, late or not at all."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable, Iterator
from itertools import cycle
from time import time
from typing import Any

from smokegate.replica.faults.edge import stopwatch
from smokegate.replica.messages import Answer, answer_of
from smokegate.replica.plan import Plan, commit_of

_COMMITS = {"tectonic": "RENDER_GIT_COMMIT", "trading": "ATP_GIT_SHA"}
_HEALTHY = {"tectonic": {"service": "Tectonic Trading Platform API"}, "trading": {}}


def application_absent(plan: Plan) -> None:
    """Have no process of the application run behind the edge."""
    plan.instances[0].state = "absent"


def setting(plan: Plan, name: str, value: str) -> None:
    """Run the application with another value of one of its variables."""
    plan.instances[0].variables[name] = value


def instead(  # noqa: PLR0913 -- the plan, and an answer in all its parts
    plan: Plan,
    path: str,
    status: int,
    body: Any,
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    turns: Iterable[bool | int] = (True,),
) -> None:
    """Have the application itself answer a path so: a text as HTML if it looks like it, other values as JSON.

    A path or method of `*` stands for all of them. `turns` says, for one request after the other and again from the
    first, whether it gets this answer or the application's own.
    """
    answer = answer_of(status, body).adding(*(headers or {}).items())
    mine = cycle(turns)

    async def answered(scope: Any, send: Any) -> bool:
        if not (method in {scope["method"], "*"} and path in {scope["path"], "*"} and next(mine)):
            return False
        await send_answer(send, answer)
        return True

    inside(plan, answered)


def delayed(plan: Plan, path: str, seconds: float) -> None:
    """Have the application think for this long before it answers a path."""

    async def thinking(scope: Any, _send: Any) -> bool:
        import asyncio

        if scope["path"] == path:
            await asyncio.sleep(plan.seconds or seconds)
        return False

    inside(plan, thinking)


def inside(plan: Plan, answered: Callable[[Any, Any], Awaitable[bool]]) -> None:
    """Have each request pass a function, inside the other layers, so that stamps and CORS headers are on its answers.

    It is given ASGI's scope and `send`, and returns whether it has answered: else the application does.
    """

    @plan.patch
    def change(app: Any) -> None:
        from starlette.middleware import Middleware

        class Inside:
            def __init__(self, inner: Any) -> None:
                self._inner = inner

            async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
                if scope["type"] != "http" or not await answered(scope, send):
                    await self._inner(scope, receive, send)

        app.user_middleware.append(Middleware(Inside))


async def send_answer(send: Any, answer: Answer) -> None:
    """Send an answer in ASGI's messages."""
    pairs = [*answer.headers, ("content-length", str(len(answer.body)))]
    headers = [(name.encode(), value.encode()) for name, value in pairs]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def unhealthy(plan: Plan) -> None:
    """The health path answers 200 and says that the application is not healthy."""
    instead(plan, "/health", 200, {**_HEALTHY[plan.kind], "status": "unhealthy"})


def one_instance_down(plan: Plan) -> None:
    """One of two instances is away."""
    plan.second_instance().state = "absent"


def commit(plan: Plan, of: str, *, second: bool = False) -> None:
    """Have the application, or a second instance of it, run the commit of another deploy.

    An empty text: its build did not record any.
    """
    instance = plan.second_instance() if second else plan.instances[0]
    instance.variables[_COMMITS[plan.kind]] = commit_of(of) if of else ""


def debug_on(plan: Plan) -> None:
    """DEBUG=True: errors answer with a traceback, and the account view has one."""
    setting(plan, "DEBUG", "True")

    @plan.patch
    def change(app: Any) -> None:
        def broken(_: int) -> None:
            raise RuntimeError("account cache is not initialised")

        app.state.accounts.find = broken


def starting(plan: Plan) -> None:
    """The application says 503 and starting until it has warmed up, `seconds` after its first request."""
    elapsed = stopwatch()

    def cold() -> Iterator[bool]:
        while True:
            yield elapsed() < (plan.seconds or 30.0)

    instead(plan, "*", 503, {"status": "starting"}, method="*", turns=cold())


def backend_dies_when_asked(plan: Plan) -> None:
    """The backend's worker dies at its first request, as one does that runs out of memory."""

    async def die(_scope: Any, _send: Any) -> bool:
        os._exit(137)

    inside(plan, die)


def cors_missing(plan: Plan) -> None:
    """The backend does not answer a browser's question before a call from another origin."""

    @plan.patch
    def change(app: Any) -> None:
        app.user_middleware = [layer for layer in app.user_middleware if layer.cls.__name__ != "CORSMiddleware"]


def cors_without_credential(plan: Plan) -> None:
    """The backend lets pages log in and refuses the header that carries their token."""

    @plan.patch
    def change(app: Any) -> None:
        (layer,) = (each for each in app.user_middleware if each.cls.__name__ == "CORSMiddleware")
        layer.kwargs["allow_headers"] = ["content-type"]


def cached(plan: Plan, changes: dict[str, Any] | str, age: float = 0.0) -> None:
    """Stop the market updater and leave this state behind: the usual one with changes, or a text as it stands."""
    plan.stop_workers()

    @plan.patch
    def change(app: Any) -> None:
        from smokegate.replica.trading.market import dump, quotes

        payload = changes if isinstance(changes, str) else dump({**quotes(), **changes})
        app.state.market.write(payload, time() - age)


def updater_never_ran(plan: Plan) -> None:
    """The market updater never ran: there is no last sync, and the state is called healthy."""
    plan.stop_workers()
