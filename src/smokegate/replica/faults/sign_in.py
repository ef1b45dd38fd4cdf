"""Faults of the sign-in journey: the steps that only show when a person takes them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from smokegate.replica.catalogue import fault
from smokegate.replica.faults import checks
from smokegate.replica.faults.shaping import instead

if TYPE_CHECKING:
    from collections.abc import Callable

    from smokegate.replica.plan import Plan

_REGISTER = "/api/auth/register"
_LOGIN = "/api/auth/login"
_ACCOUNT = "/api/auth/me"
_PAGE = '<!doctype html><html><head><title>Tectonic</title></head><body><div id="root"></div></body></html>'
_HOPEFUL = {
    "id": 1,
    "email": "",
    "full_name": "",
    "access_token": None,
    "refresh_token": None,
    "token_type": "bearer",
}


def _accounts(plan: Plan, method: str, replacement: Callable[..., Any]) -> None:
    """Replace one method of the accounts; the replacement is given the accounts first."""

    def change(app: Any) -> None:
        store = app.state.accounts
        setattr(store, method, lambda *given: replacement(store, *given))

    plan.patch(change)


@fault("tectonic", where="edge", cause="sign-in.pretended", caught_by=checks.REGISTERING_CREATES_AN_ACCOUNT)
def registration_pretended(plan: Plan) -> None:
    """Registration answers 200 with a web page, which the frontend takes for a sign-in."""
    instead(plan, _REGISTER, 200, _PAGE, method="POST")


@fault("tectonic", where="app", cause="sign-in.pretended", caught_by=checks.REGISTERING_CREATES_AN_ACCOUNT)
def registration_without_token(plan: Plan) -> None:
    """Registration answers 200 with an account but no token."""
    instead(plan, _REGISTER, 200, _HOPEFUL, method="POST")


@fault(
    "tectonic",
    where="app",
    cause=("sign-in.pretended", "sign-in.account-lost"),
    caught_by=checks.REGISTERING_CREATES_AN_ACCOUNT,
)
def registration_not_kept(plan: Plan) -> None:
    """Registration answers 200 with a token, and the account was never written."""

    def register(_: Any, email: str, _password: str, full_name: str) -> Any:
        from smokegate.replica.tectonic.accounts import Account

        return Account(1_000_000, email, full_name)

    _accounts(plan, "register", register)


@fault("tectonic", where="app", cause="sign-in.login-missing", caught_by=checks.LOGIN_AFTER_LOGOUT_SUCCEEDS)
def login_missing(plan: Plan) -> None:
    """Login answers 404 Not Found after a registration and a logout that worked."""
    instead(plan, _LOGIN, 404, {"detail": "Not Found"}, method="POST")


@fault("tectonic", where="app", cause="sign-in.login-missing", caught_by=checks.LOGIN_AFTER_LOGOUT_SUCCEEDS)
def login_takes_no_post(plan: Plan) -> None:
    """Login answers 405: the path is there, the method is not."""
    instead(plan, _LOGIN, 405, {"detail": "Method Not Allowed"}, method="POST", headers={"allow": "GET"})


@fault("tectonic", where="database", cause="sign-in.account-lost", caught_by=checks.LOGIN_AFTER_LOGOUT_SUCCEEDS)
def account_lost(plan: Plan) -> None:
    """An account that was just registered is unknown at login: its data was not kept."""
    _accounts(plan, "authenticate", lambda *_: None)


@fault(
    "tectonic",
    where="database",
    cause=("sign-in.account-lost", "sign-in.key-not-shared"),
    caught_by=checks.LOGIN_AFTER_LOGOUT_SUCCEEDS,
)
def databases_of_their_own(plan: Plan) -> None:
    """Two instances behind one address each keep a database of their own."""
    twin = plan.second_instance()
    plan.options["first"] = {_LOGIN: 1}
    twin.variables["DATABASE_URL"] = f"sqlite:///{plan.directory / 'database' / 'other.db'}"


@fault("tectonic", where="app", cause="sign-in.key-not-shared", caught_by=checks.NEW_TOKEN_OPENS_THE_SAME_ACCOUNT)
def signing_key_not_shared(plan: Plan) -> None:
    """Two instances behind one address sign tokens with different keys."""
    plan.second_instance().variables["SECRET_KEY"] = os.urandom(32).hex()


@fault(
    "tectonic",
    where="app",
    cause="sign-in.session-survives",
    caught_by=checks.ACCOUNT_IS_CLOSED_WITHOUT_A_TOKEN,
)
def session_survives(plan: Plan) -> None:
    """The account view opens without a token."""
    account = {"id": 1, "email": "someone@example.com", "full_name": "Someone"}

    def change(app: Any) -> None:
        from starlette.middleware import Middleware
        from starlette.responses import JSONResponse

        class Open:
            def __init__(self, inner: Any) -> None:
                self._inner = inner

            async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
                view = scope["type"] == "http" and (scope["method"], scope["path"]) == ("GET", _ACCOUNT)
                if view and b"authorization" not in dict(scope["headers"]):
                    await JSONResponse(account)(scope, receive, send)
                    return
                await self._inner(scope, receive, send)

        app.user_middleware.append(Middleware(Open))

    plan.patch(change)


@fault("tectonic", where="app", cause="sign-in.any-password", caught_by=checks.WRONG_PASSWORD_IS_REFUSED)
def any_password(plan: Plan) -> None:
    """A wrong password opens the account."""

    def authenticate(store: Any, email: str, _: str) -> Any:
        from sqlalchemy import select

        from smokegate.replica.tectonic.accounts import Account, users

        with store.engine.connect() as connection:
            row = connection.execute(select(users).where(users.c.email == email)).first()
        return Account(row.id, row.email, row.full_name) if row else None

    _accounts(plan, "authenticate", authenticate)


@fault(
    "tectonic",
    where="app",
    cause="sign-in.throttled",
    caught_by=checks.LOGIN_AFTER_LOGOUT_SUCCEEDS,
    verdict="UNKNOWN",
)
def login_throttled(plan: Plan) -> None:
    """Login answers that there were too many attempts."""
    detail = {"detail": "Too many login attempts. Try again in 15 minutes."}
    instead(plan, _LOGIN, 429, detail, method="POST", headers={"retry-after": "900"})


@fault(
    "tectonic",
    where="app",
    cause="sign-in.throttled",
    caught_by=checks.REGISTERING_CREATES_AN_ACCOUNT,
    verdict="UNKNOWN",
)
def registration_throttled(plan: Plan) -> None:
    """Registration answers that there were too many from this address."""
    detail = {"detail": "Rate limit exceeded: 5 per 1 hour"}
    instead(plan, _REGISTER, 429, detail, method="POST")


@fault("tectonic", where="app", cause="sign-in.register-failed", caught_by=checks.REGISTERING_CREATES_AN_ACCOUNT)
def registration_fails(plan: Plan) -> None:
    """Registration ends in an unhandled error."""
    instead(plan, _REGISTER, 500, "Internal Server Error", method="POST")


@fault("tectonic", where="app", cause="sign-in.register-failed", caught_by=checks.REGISTERING_CREATES_AN_ACCOUNT)
def registration_closed(plan: Plan) -> None:
    """Registration is switched off: it answers 403."""
    instead(plan, _REGISTER, 403, {"detail": "Registration is disabled"}, method="POST")


@fault("tectonic", where="app", cause="sign-in.register-failed", caught_by=checks.REGISTERING_CREATES_AN_ACCOUNT)
def registration_missing(plan: Plan) -> None:
    """Registration answers 404."""
    instead(plan, _REGISTER, 404, {"detail": "Not Found"}, method="POST")


@fault(
    "tectonic",
    where="app",
    cause=("sign-in.echo", "sign-in.register-failed"),
    caught_by=(checks.PASSWORD_DOES_NOT_COME_BACK, checks.REGISTERING_CREATES_AN_ACCOUNT),
)
def registration_refused_with_echo(plan: Plan) -> None:
    """Registration finds fault with the input, and its answer repeats the password."""

    def change(app: Any) -> None:
        from fastapi import Request
        from fastapi.responses import JSONResponse

        async def refuse(request: Any) -> JSONResponse:
            body = await request.json()
            error = {"type": "missing", "loc": ["body", "phone"], "msg": "Field required", "input": body}
            return JSONResponse({"detail": [error]}, 422)

        refuse.__annotations__.update(request=Request)
        _first_route(app, _REGISTER, refuse)

    plan.patch(change)


@fault("tectonic", where="app", cause="sign-in.echo", caught_by=checks.PASSWORD_DOES_NOT_COME_BACK)
def password_echoed(plan: Plan) -> None:
    """Login works, and its answer contains the password."""

    def change(app: Any) -> None:
        from fastapi import Request

        from smokegate.replica.tectonic import routes
        from smokegate.replica.tectonic.models import Credentials

        def login(body: Any, request: Any) -> dict[str, Any]:
            return {**routes.login(body, request).model_dump(), "password": body.password}

        login.__annotations__.update(body=Credentials, request=Request)
        _first_route(app, _LOGIN, login)

    plan.patch(change)


def _first_route(app: Any, path: str, endpoint: Callable[..., Any]) -> None:
    app.add_api_route(path, endpoint, methods=["POST"])
    app.router.routes.insert(0, app.router.routes.pop())


@fault(
    "tectonic",
    where="app",
    cause=("sign-in.account-lost", "sign-in.pretended"),
    caught_by=checks.REGISTERING_CREATES_AN_ACCOUNT,
)
def login_opens_another_account(plan: Plan) -> None:
    """Login succeeds, and its token opens someone else's account."""

    def find(_: Any, account_id: int) -> Any:
        from smokegate.replica.tectonic.accounts import Account

        return Account(account_id + 1, f"person{account_id + 1}@example.com", "Someone Else")

    _accounts(plan, "find", find)


@fault(
    "tectonic",
    where="app",
    cause="sign-in.key-not-shared",
    caught_by=checks.REGISTERING_CREATES_AN_ACCOUNT,
)
def tokens_expired_on_arrival(plan: Plan) -> None:
    """The server's clock jumps: each token has expired when it comes back, and no one stays signed in."""

    def change(app: Any) -> None:
        app.state.tokens.account_id = lambda _token: None

    plan.patch(change)


@fault(
    "tectonic",
    where="app",
    cause="sign-in.relogin-refused",
    caught_by=checks.NEW_TOKEN_OPENS_THE_SAME_ACCOUNT,
)
def relogin_refused(plan: Plan) -> None:
    """A logout revokes all tokens of its user, and those that the next login gives too."""

    def change(app: Any) -> None:
        from fastapi import Request
        from fastapi.responses import Response

        tokens, gone = app.state.tokens, set()
        valid = tokens.account_id

        def logout(request: Any) -> Response:
            gone.add(valid(request.headers["authorization"].partition(" ")[2]))
            return Response(status_code=204)

        logout.__annotations__.update(request=Request)
        tokens.account_id = lambda token: None if (found := valid(token)) in gone else found
        _first_route(app, "/api/auth/logout", logout)

    plan.patch(change)


@fault(
    "tectonic",
    where="app",
    cause="sign-in.unconfirmed",
    caught_by=checks.REGISTERING_CREATES_AN_ACCOUNT,
    verdict="UNKNOWN",
)
def registration_unconfirmed(plan: Plan) -> None:
    """A new account must be confirmed by e-mail before it can log in."""
    instead(plan, _REGISTER, 201, {"id": 1, "email": ""}, method="POST")
    instead(plan, _LOGIN, 403, {"detail": "E-mail address not verified"}, method="POST")


@fault(
    "tectonic",
    where="app",
    cause="sign-in.other-fields",
    caught_by=checks.LOGIN_AFTER_LOGOUT_SUCCEEDS,
    verdict="UNKNOWN",
)
def login_takes_a_form(plan: Plan) -> None:
    """Login takes a form with a user name, as OAuth2 says, and no JSON."""
    missing = [
        {"type": "missing", "loc": ["body", name], "msg": "Field required", "input": None}
        for name in ("username", "password")
    ]
    instead(plan, _LOGIN, 422, {"detail": missing}, method="POST")


@fault(
    "tectonic",
    where="app",
    cause="sign-in.csrf",
    caught_by=checks.LOGIN_AFTER_LOGOUT_SUCCEEDS,
    verdict="UNKNOWN",
)
def login_wants_csrf(plan: Plan) -> None:
    """Login wants a CSRF token."""
    instead(plan, _LOGIN, 403, "CSRF verification failed. Request aborted.", method="POST")


@fault("tectonic", where="app", cause="sign-in.no-token", caught_by=checks.LOGIN_AFTER_LOGOUT_SUCCEEDS)
def login_without_token(plan: Plan) -> None:
    """Login answers 200 with the account, and no token."""

    def change(app: Any) -> None:
        from fastapi import Request

        from smokegate.replica.tectonic import routes
        from smokegate.replica.tectonic.models import Credentials

        def login(body: Any, request: Any) -> dict[str, Any]:
            session = routes.login(body, request)
            return {"id": session.id, "email": session.email}

        login.__annotations__.update(body=Credentials, request=Request)
        _first_route(app, _LOGIN, login)

    plan.patch(change)
