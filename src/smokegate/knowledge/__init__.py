"""Knowledge of platforms, proxies and drivers: data in TOML files, with readers that load them on demand.

A file holds the wording of other programs and its meaning; other code decides whether it applies. No file is read
if every answer is obviously the application's.
"""
