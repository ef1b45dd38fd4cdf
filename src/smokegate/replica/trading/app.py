"""The trading backend. `python -m smokegate.replica.trading.app` serves it on $PORT (8002 without it).

Variables: `DATABASE_URL` (any SQLAlchemy URL; a local SQLite file without it), `PORT`, `HOST`, `ATP_GIT_SHA`,
`ATP_BUILD_TIME`, and `STRICT_SETTINGS=1` to refuse to boot when one of the first and the last two is not set.
"""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from smokegate.replica.serving import Stamp, closing, main, require
from smokegate.replica.trading import monitoring
from smokegate.replica.trading.market import Market, open_market

if TYPE_CHECKING:
    from collections.abc import Mapping

_REQUIRED = ("DATABASE_URL", "ATP_GIT_SHA", "ATP_BUILD_TIME")
router = APIRouter()


@router.get("/ping_fast")
async def ping_fast() -> dict[str, str]:
    """Answers at once, whatever else is wrong."""
    return {"status": "ok", "source": "ping_fast"}


@router.get("/__ping")
async def ping() -> dict[str, bool]:
    """What nginx asks for `/api/health`."""
    return {"ok": True}


@router.get("/health")
async def health() -> dict[str, str]:
    """A constant, as in the real backend."""
    return {"status": "ok"}


@router.get("/api/health")
async def api_health() -> dict[str, str]:
    """A constant, as in the real backend."""
    return {"status": "ok", "path": "/api/health"}


@router.get("/api/monitoring/summary")
def summary(request: Request) -> dict[str, Any]:
    """The state of the backend in its own eyes."""
    return monitoring.summary(_market(request), request.app.state.started)


@router.get("/api/health/ready")
def ready(request: Request) -> JSONResponse:
    """Whether the database answers: the one endpoint that shows it."""
    try:
        _market(request).ping()
    except SQLAlchemyError:
        return JSONResponse({"status": "not_ready", "db": "down"}, 503)
    return JSONResponse({"status": "ready", "db": "up"})


@router.get("/api/health/system")
def system(request: Request) -> JSONResponse:
    """Every part of the system, with a status for all of it."""
    status, body = monitoring.system(_market(request))
    return JSONResponse(body, status)


def create_app(variables: Mapping[str, str]) -> FastAPI:
    """Build the application, and its tables when the database has none."""
    require(variables, _REQUIRED)
    app = FastAPI(title="Automated Trading Platform", docs_url=None, redoc_url=None, openapi_url=None, lifespan=closing)
    app.state.started = time()
    app.state.market = open_market(variables.get("DATABASE_URL") or "sqlite:///./trading.db")
    app.state.store = app.state.market
    app.state.market.initialise()
    app.include_router(router)
    build = {
        "x-atp-backend-commit": variables.get("ATP_GIT_SHA") or "unknown",
        "x-atp-backend-buildtime": variables.get("ATP_BUILD_TIME") or "unknown",
    }
    app.add_middleware(Stamp, headers=build)
    return app


def _market(request: Request) -> Market:
    market: Market = request.app.state.market
    return market


if __name__ == "__main__":
    main("trading", create_app, 8002)
