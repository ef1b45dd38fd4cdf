"""Proves the suite: every check must be able to fail, for its own reason, and the cause must be named.

A replica is broken in every way that its catalogue knows. Another deployment is observed
once; then the answers that it gave are replayed with one of them broken.
"""
