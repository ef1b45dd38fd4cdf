"""Causes in the frontend."""
