"""What runs on the stand-in for Render: the Tectonic backend."""

from __future__ import annotations

from smokegate.replica.tectonic.app import create_app

__all__ = ["create_app"]
