"""The endpoints of the Tectonic backend and their bodies, with the status codes and texts of the real one."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError
from sqlalchemy import text

from smokegate.replica.tectonic.accounts import Account, Accounts, EmailTakenError, Tokens

_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_RESERVED = frozenset({"test", "invalid", "local", "localhost", "onion", "arpa"})
router = APIRouter()


def _address(value: str) -> str:
    """Refuse what the real backend's validator refuses: `user@host.test` as well as nonsense."""
    if not _ADDRESS.fullmatch(value):
        reason = "An email address must have an @-sign, and a period after it."
    elif value.rpartition(".")[2].lower() in _RESERVED:
        reason = "The part after the @-sign is a special-use or reserved name that cannot be used with email."
    else:
        return value.lower()
    raise PydanticCustomError("value_error", "value is not a valid email address: {reason}", {"reason": reason})


Address = Annotated[str, AfterValidator(_address)]


class Registration(BaseModel):
    """The body of `POST /api/auth/register`."""

    email: Address
    password: str = Field(min_length=8)
    full_name: str = Field(min_length=1)


class Credentials(BaseModel):
    """The body of `POST /api/auth/login`."""

    email: Address
    password: str


class AccountView(BaseModel):
    """The answer of `GET /api/auth/me`."""

    id: int
    email: str
    full_name: str


class Session(AccountView):
    """The answer of register and login."""

    access_token: str
    refresh_token: str
    token_type: str = "bearer"  # noqa: S105 -- the scheme's name


@router.get("/health")
def health() -> dict[str, str]:
    """A constant, as in the real backend: it says nothing of the database."""
    return {"status": "healthy", "service": "Tectonic Trading Platform API"}


@router.get("/health/db")
def database_health(request: Request) -> dict[str, str]:
    """Always 200; the body says whether the database answers."""
    try:
        with _accounts(request).engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except Exception as error:  # noqa: BLE001 -- whatever it is, it belongs into the body
        return {"status": "unhealthy", "database": "disconnected", "error": str(error)}
    return {"status": "healthy", "database": "connected"}


@router.get("/version")
def version(request: Request) -> dict[str, str]:
    """Which commit is deployed (ours: the real backend does not say)."""
    return {"commit": request.app.state.settings.commit}


@router.post("/api/auth/register")
def register(body: Registration, request: Request) -> Session:
    """Create an account and sign it in: 200, not 201."""
    try:
        account = _accounts(request).register(body.email, body.password, body.full_name)
    except EmailTakenError as error:
        raise HTTPException(400, "Email already registered") from error
    except Exception as error:
        raise HTTPException(500, f"Registration failed: {error}") from error
    return _session(request, account)


@router.post("/api/auth/login")
def login(body: Credentials, request: Request) -> Session:
    """Sign in."""
    try:
        account = _accounts(request).authenticate(body.email, body.password)
    except Exception as error:
        raise HTTPException(500, "Login failed") from error
    if account is None:
        raise HTTPException(401, "Incorrect email or password", {"WWW-Authenticate": "Bearer"})
    return _session(request, account)


@router.get("/api/auth/me")
def account_view(request: Request) -> AccountView:
    """The signed-in account."""
    return AccountView(**vars(_signed_in(request)))


@router.delete("/api/auth/me", status_code=204)
def remove_account(request: Request) -> Response:
    """Delete the signed-in account (ours: lets a smoke test clean up after itself)."""
    _accounts(request).remove(_signed_in(request).id)
    return Response(status_code=204)


@router.get("/api/market/quotes")
def quotes(request: Request, symbols: str = "AAPL,MSFT") -> dict[str, Any]:
    """Market data: 503 without a key, as in the real backend. Prices are made up: there is no market here."""
    if not request.app.state.settings.finnhub_api_key:
        raise HTTPException(503, "Market data is unavailable: FINNHUB_API_KEY is not set")
    listed = [{"symbol": symbol, "price": 100.0 + len(symbol)} for symbol in symbols.split(",") if symbol]
    return {"source": "finnhub", "quotes": listed}


def _accounts(request: Request) -> Accounts:
    accounts: Accounts = request.app.state.accounts
    return accounts


def _session(request: Request, account: Account) -> Session:
    tokens: Tokens = request.app.state.tokens
    return Session(
        **vars(account),
        access_token=tokens.issue(account, "access"),
        refresh_token=tokens.issue(account, "refresh"),
    )


def _signed_in(request: Request) -> Account:
    challenge = {"WWW-Authenticate": "Bearer"}
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise HTTPException(401, "Not authenticated", challenge)
    tokens: Tokens = request.app.state.tokens
    account_id = tokens.account_id(token)
    account = None if account_id is None else _accounts(request).find(account_id)
    if account is None:
        raise HTTPException(401, "Could not validate credentials", challenge)
    return account
