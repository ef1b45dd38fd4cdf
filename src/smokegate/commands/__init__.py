"""The commands of `smokegate`, one module each; every one has `describe(parser)` and `run(arguments) -> int`."""
