"""What faults are made of: layers around an edge, and changes to a finished application."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from smokegate.replica.messages import Answer, Handler, Middleware, RawBytes, Request

if TYPE_CHECKING:
    from collections.abc import Callable

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

    def change(app: Any) -> None:
        _layer(app, method, path, turns, _response(status, body, headers or {}))

    plan.patch(change)


def _response(status: int, body: Any, headers: dict[str, str]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    answer = Answer.json(status, body)
    if isinstance(body, str):
        answer = Answer.html(status, body) if body.lstrip().startswith("<") else Answer.text(status, body)
    pairs = [(name.encode(), value.encode()) for name, value in (*answer.headers, *headers.items())]
    return status, [*pairs, (b"content-length", str(len(answer.body)).encode())], answer.body


def _layer(
    app: Any,
    method: str,
    path: str,
    turns: Callable[[int], bool],
    response: tuple[int, list[tuple[bytes, bytes]], bytes],
) -> None:
    """Put an ASGI layer inside the others, so that stamps and CORS headers are on its answers, too."""
    from starlette.middleware import Middleware

    numbers = count()

    class Instead:
        def __init__(self, inner: Any) -> None:
            self._inner = inner

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            mine = scope["type"] == "http" and method in {scope["method"], "*"} and path in {scope["path"], "*"}
            if not (mine and turns(next(numbers))):
                await self._inner(scope, receive, send)
                return
            status, headers, body = response
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    app.user_middleware.append(Middleware(Instead))


def delayed(plan: Plan, path: str, seconds: float) -> None:
    """Have the application think for this long before it answers a path."""

    def change(app: Any) -> None:
        from starlette.middleware import Middleware

        class Delayed:
            def __init__(self, inner: Any) -> None:
                self._inner = inner

            async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
                import asyncio

                if scope["type"] == "http" and scope["path"] == path:
                    await asyncio.sleep(plan.seconds or seconds)
                await self._inner(scope, receive, send)

        app.user_middleware.append(Middleware(Delayed))

    plan.patch(change)
