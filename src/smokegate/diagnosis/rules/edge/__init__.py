"""Causes that any other edge reports: what single ones say is data in `smokegate/knowledge/edges/`."""
