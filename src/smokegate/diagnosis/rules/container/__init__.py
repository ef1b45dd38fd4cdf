"""Causes that containers, their logs and the server report."""
