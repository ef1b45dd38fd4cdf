"""The Tectonic backend. `python -m smokegate.replica.tectonic.app` serves it on $PORT (10000 without it)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from smokegate.replica.serving import Stamp, closing, serve
from smokegate.replica.tectonic.accounts import Tokens, open_accounts
from smokegate.replica.tectonic.routes import router
from smokegate.replica.tectonic.settings import MissingSettingsError, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping


def create_app(variables: Mapping[str, str]) -> FastAPI:
    """Build the application, and its tables when the database has none.

    Raises:
        MissingSettingsError: strict settings, and a required variable is not set.
    """
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


def main() -> None:
    """Serve on $PORT (10000, Render's default, without it)."""
    try:
        app = create_app(os.environ)
    except MissingSettingsError as error:
        raise SystemExit(f"tectonic: {error}") from error
    host = os.environ.get("HOST", "0.0.0.0")  # noqa: S104 -- as Render asks for
    serve(app, port=int(os.environ.get("PORT", "10000")), host=host)


if __name__ == "__main__":
    main()
