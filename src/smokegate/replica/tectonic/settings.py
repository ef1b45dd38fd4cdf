"""The settings of the Tectonic backend, read from environment variables as the real one's are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_REQUIRED = ("SECRET_KEY", "DATABASE_URL", "FINNHUB_API_KEY")


class MissingSettingsError(Exception):
    """Variables without which a strict deployment must not boot; the text names each."""


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
        """Read the settings; with `STRICT_SETTINGS=1`, insist on the required ones.

        Raises:
            MissingSettingsError: strict, and a required variable is absent or empty.
        """
        missing = [name for name in _REQUIRED if not variables.get(name)]
        if missing and variables.get("STRICT_SETTINGS") == "1":
            raise MissingSettingsError(f"required environment variables are not set: {', '.join(missing)}")
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
