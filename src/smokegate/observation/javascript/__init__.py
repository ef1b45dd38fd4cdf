"""Reads JavaScript bundles to find which addresses they call.

A tolerant tokenizer and constant folding, linear in the size of untrusted text.
"""
