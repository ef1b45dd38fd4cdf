"""Causes in the sign-in flow."""
