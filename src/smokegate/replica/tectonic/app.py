"""The Tectonic backend. `python -m smokegate.replica.tectonic.app` serves it on $PORT (10000 without it)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from smokegate.replica.serving import Stamp, closing, main, require
from smokegate.replica.tectonic.accounts import Tokens, open_accounts
from smokegate.replica.tectonic.routes import router

if TYPE_CHECKING:
    from collections.abc import Mapping


_REQUIRED = ("SECRET_KEY", "DATABASE_URL", "FINNHUB_API_KEY")


@dataclass(frozen=True)
class Settings:
    """What a deployment sets. Like the real backend it boots without: a default key, a local SQLite file."""

    secret_key: str = "dev-secret-key-change-in-production"  # noqa: S105 -- the real default; public by design
    database_url: str = "sqlite:///./tectonic.db"
    allowed_origins: tuple[str, ...] = ("http://localhost:5173",)
    finnhub_api_key: str = ""
    alpha_vantage_key: str = ""
    debug: bool = False
    commit: str = "unknown"

    @classmethod
    def from_variables(cls, variables: Mapping[str, str]) -> Settings:
        """Read the settings; with `STRICT_SETTINGS=1`, insist on the required ones."""
        require(variables, _REQUIRED)
        origins = variables.get("ALLOWED_ORIGINS")
        return cls(
            secret_key=variables.get("SECRET_KEY") or cls.secret_key,
            database_url=variables.get("DATABASE_URL") or cls.database_url,
            allowed_origins=tuple(origins.split(",")) if origins else cls.allowed_origins,
            finnhub_api_key=variables.get("FINNHUB_API_KEY", ""),
            alpha_vantage_key=variables.get("ALPHA_VANTAGE_KEY", ""),
            debug=variables.get("DEBUG", "False").lower() in {"1", "true", "yes"},
            commit=variables.get("RENDER_GIT_COMMIT") or cls.commit,
        )


def create_app(variables: Mapping[str, str]) -> FastAPI:
    """Build the application, and its tables when the database has none."""
    settings = Settings.from_variables(variables)
    interactive = "/docs" if settings.debug else None
    schema = "/openapi.json" if settings.debug else None
    app = FastAPI(
        title="Tectonic Trading Platform API",
        debug=settings.debug,
        docs_url=interactive,
        redoc_url=None,
        openapi_url=schema,
        lifespan=closing,
    )
    app.state.settings = settings
    app.state.accounts = open_accounts(settings.database_url)
    app.state.store = app.state.accounts
    app.state.tokens = Tokens(settings.secret_key)
    app.include_router(router)
    app.add_middleware(Stamp, headers={"x-tectonic-commit": settings.commit})
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_credentials=True,
        allow_methods=["*"],
        allow_headers=["*"],
    )
    return app


if __name__ == "__main__":
    main("tectonic", create_app, 10000)
