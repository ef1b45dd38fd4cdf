"""Faults of the sign-in journey: the steps that only show when a person takes them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from smokegate.replica.faults.application import inside, send_answer
from smokegate.replica.messages import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from smokegate.replica.plan import Plan

_REGISTER = "/api/auth/register"
_LOGIN = "/api/auth/login"
_ACCOUNT = "/api/auth/me"


def _accounts(plan: Plan, method: str, replacement: Callable[..., Any]) -> None:
    """Replace one method of the accounts; the replacement is given the accounts first."""

    @plan.patch
    def change(app: Any) -> None:
        store = app.state.accounts
        setattr(store, method, lambda *given: replacement(store, *given))


def registration_not_kept(plan: Plan) -> None:
    """Registration answers 200 with a token, and the account was never written."""

    def register(_: Any, email: str, _password: str, full_name: str) -> Any:
        from smokegate.replica.tectonic.accounts import Account

        return Account(1_000_000, email, full_name)

    _accounts(plan, "register", register)


def account_lost(plan: Plan) -> None:
    """An account that was just registered is unknown at login: its data was not kept."""
    _accounts(plan, "authenticate", lambda *_: None)


def databases_of_their_own(plan: Plan) -> None:
    """Two instances behind one address each keep a database of their own."""
    twin = plan.second_instance()
    plan.options["first"] = {_LOGIN: 1}
    twin.variables["DATABASE_URL"] = f"sqlite:///{plan.directory / 'database' / 'other.db'}"


def signing_key_not_shared(plan: Plan) -> None:
    """Two instances behind one address sign tokens with different keys."""
    plan.second_instance().variables["SECRET_KEY"] = os.urandom(32).hex()


def session_survives(plan: Plan) -> None:
    """The account view opens without a token."""
    account = Answer.json(200, {"id": 1, "email": "someone@example.com", "full_name": "Someone"})

    async def open_view(scope: Any, send: Any) -> bool:
        view = (scope["method"], scope["path"]) == ("GET", _ACCOUNT)
        if not view or b"authorization" in dict(scope["headers"]):
            return False
        await send_answer(send, account)
        return True

    inside(plan, open_view)


def any_password(plan: Plan) -> None:
    """A wrong password opens the account."""

    def authenticate(store: Any, email: str, _: str) -> Any:
        from smokegate.replica.tectonic.accounts import users

        row = store.row(users.c.email == email)
        return store.find(row.id) if row else None

    _accounts(plan, "authenticate", authenticate)


def registration_refused_with_echo(plan: Plan) -> None:
    """Registration finds fault with the input, and its answer repeats the password."""

    @plan.patch
    def change(app: Any) -> None:
        from fastapi.responses import JSONResponse

        async def refuse(request: Any) -> JSONResponse:
            body = await request.json()
            error = {"type": "missing", "loc": ["body", "phone"], "msg": "Field required", "input": body}
            return JSONResponse({"detail": [error]}, 422)

        _first_route(app, _REGISTER, refuse)


def password_echoed(plan: Plan) -> None:
    """Login works, and its answer contains the password."""
    _login_answering(plan, lambda session, password: {**session, "password": password})


def login_without_token(plan: Plan) -> None:
    """Login answers 200 with the account, and no token."""
    _login_answering(plan, lambda session, _: {key: session[key] for key in ("id", "email")})


def _login_answering(plan: Plan, change_answer: Callable[[dict[str, Any], str], dict[str, Any]]) -> None:
    """Change what a login answers; the change is given that and the password that was sent."""

    @plan.patch
    def change(app: Any) -> None:
        from smokegate.replica.tectonic import routes

        def login(body: Any, request: Any) -> dict[str, Any]:
            return change_answer(routes.login(body, request).model_dump(), body.password)

        _first_route(app, _LOGIN, login, body=routes.Credentials)


def _first_route(app: Any, path: str, endpoint: Callable[..., Any], **types: type) -> None:
    """Have a POST answered by this endpoint before the application's own; FastAPI reads the types of its arguments."""
    from fastapi import Request

    endpoint.__annotations__.update(request=Request, **types)
    app.add_api_route(path, endpoint, methods=["POST"])
    app.router.routes.insert(0, app.router.routes.pop())


def login_opens_another_account(plan: Plan) -> None:
    """Login succeeds, and its token opens someone else's account."""

    def find(_: Any, account_id: int) -> Any:
        from smokegate.replica.tectonic.accounts import Account

        return Account(account_id + 1, f"person{account_id + 1}@example.com", "Someone Else")

    _accounts(plan, "find", find)


def tokens_expired_on_arrival(plan: Plan) -> None:
    """The server's clock jumps: each token has expired when it comes back, and no one stays signed in."""

    @plan.patch
    def change(app: Any) -> None:
        app.state.tokens.account_id = lambda _token: None


def relogin_refused(plan: Plan) -> None:
    """A logout revokes all tokens of its user, and those that the next login gives too."""

    @plan.patch
    def change(app: Any) -> None:
        from fastapi.responses import Response

        tokens, gone = app.state.tokens, set()
        valid = tokens.account_id

        def logout(request: Any) -> Response:
            gone.add(valid(request.headers["authorization"].partition(" ")[2]))
            return Response(status_code=204)

        tokens.account_id = lambda token: None if (found := valid(token)) in gone else found
        _first_route(app, "/api/auth/logout", logout)
