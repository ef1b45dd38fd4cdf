"""The vantage point `browser`: what a user sees, in headless Chromium."""

from __future__ import annotations

from smokegate.observation.browser.model import (
    BrowserView,
    ConsoleLine,
    Journey,
    NoBrowser,
    PageCall,
    PageSeen,
    Picture,
    SignInStep,
)

__all__ = ["BrowserView", "ConsoleLine", "Journey", "NoBrowser", "PageCall", "PageSeen", "Picture", "SignInStep"]
