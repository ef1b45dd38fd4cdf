"""Causes on the network: name, connection, certificate, exchange."""
