"""Sends requests and receives what comes back: connections, TLS, retries, limits."""
