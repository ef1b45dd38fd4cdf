"""Causes that Render's edge reports."""
