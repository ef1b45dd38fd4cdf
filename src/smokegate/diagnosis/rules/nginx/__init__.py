"""Causes that nginx reports."""
