"""Reads scripts as browsers do, as far as it takes to learn which addresses they call.

A tolerant tokenizer and constant folding, in linear time over text that a stranger wrote.
"""
