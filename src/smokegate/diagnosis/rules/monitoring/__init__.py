"""Causes that the monitoring summary reports."""
