"""What faults are made of: layers around an edge, and changes to a finished application."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from smokegate.replica.messages import Answer, Handler, Middleware, RawBytes, Request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from smokegate.replica.plan import Plan, Site


def layered(site: Site, layer: Middleware) -> None:
    """Put a layer around what a site's edge answers."""
    site.around.append(layer)


def always(site: Site, answer: Answer | RawBytes) -> None:
    """Have a site's edge give one answer to every request, and send nothing to the application."""
    when(site, lambda _: True, answer)


def when(site: Site, condition: Callable[[Request], bool], answer: Answer | RawBytes) -> None:
    """Have a site's edge give this answer to the requests that meet a condition."""

    def layer(inner: Handler) -> Handler:
        async def given(request: Request) -> Answer | RawBytes:
            return answer if condition(request) else await inner(request)

        return given

    layered(site, layer)


def application_absent(plan: Plan) -> None:
    """Have no process of the application run behind the edge."""
    plan.instances[0].state = "absent"


def setting(plan: Plan, name: str, value: str) -> None:
    """Run the application with another value of one of its variables."""
    plan.instances[0].variables[name] = value


def answering(
    plan: Plan, status: int, body: str, *, site: str = "backend", headers: dict[str, str] | None = None
) -> None:
    """Have a site's edge give this answer to every request."""
    always(plan.sites[site], answer_of(status, body).adding(*(headers or {}).items()))


def answer_of(status: int, body: Any = None) -> Answer:
    """An answer with this body: a text as HTML if it looks like it, other values as JSON; None is an empty one."""
    if body is None:
        return Answer(status)
    if not isinstance(body, str):
        return Answer.json(status, body)
    return Answer.html(status, body) if body.lstrip().startswith("<") else Answer.text(status, body)


def instead(  # noqa: PLR0913 -- the plan, and an answer in all its parts
    plan: Plan,
    path: str,
    status: int,
    body: Any,
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    turns: Callable[[int], bool] = lambda _: True,
) -> None:
    """Have the application itself answer a path so: a text as HTML if it looks like it, other values as JSON.

    A path or method of `*` stands for all of them. `turns` decides by a request's number, counted from 0,
    whether it gets this answer or the application's own.
    """
    answer = answer_of(status, body).adding(*(headers or {}).items())
    numbers = count()

    async def answered(scope: Any, send: Any) -> bool:
        mine = method in {scope["method"], "*"} and path in {scope["path"], "*"}
        if not (mine and turns(next(numbers))):
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

    def change(app: Any) -> None:
        from starlette.middleware import Middleware

        class Inside:
            def __init__(self, inner: Any) -> None:
                self._inner = inner

            async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
                if scope["type"] != "http" or not await answered(scope, send):
                    await self._inner(scope, receive, send)

        app.user_middleware.append(Middleware(Inside))

    plan.patch(change)


async def send_answer(send: Any, answer: Answer) -> None:
    """Send an answer in ASGI's messages."""
    pairs = [*answer.headers, ("content-length", str(len(answer.body)))]
    headers = [(name.encode(), value.encode()) for name, value in pairs]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
