"""Explores a deployment known only by its URL: finds its health check, page and version."""
