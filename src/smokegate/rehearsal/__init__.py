"""Proves the suite: every check must be able to fail, for its own reason, and the cause must be named.

A replica is broken in every way that its catalogue knows. A deployment of someone's own is looked at
once; then the answers that it gave are replayed with one of them broken.
"""
