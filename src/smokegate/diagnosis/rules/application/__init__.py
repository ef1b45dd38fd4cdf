"""Causes in the application itself."""
