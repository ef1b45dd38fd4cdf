"""Causes in the database."""
