"""Smoke tests that gate deploys: is what was just deployed live and working; if not, why, and what to do."""
