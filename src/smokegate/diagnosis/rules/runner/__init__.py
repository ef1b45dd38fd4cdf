"""Causes on the runner itself."""
