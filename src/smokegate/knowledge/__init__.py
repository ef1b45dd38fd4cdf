"""What is known of platforms, proxies and drivers: data in TOML files, and what reads them when they are needed.

A file holds what others say and what it means; whether an answer is judged by it is code elsewhere. Nothing here
is read on a run in which every answer is plainly the application's.
"""
