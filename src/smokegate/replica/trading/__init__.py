"""The Automated Trading Platform: a backend, a market updater and a dashboard behind nginx."""
