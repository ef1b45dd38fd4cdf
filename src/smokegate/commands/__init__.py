"""The commands of `smokegate`, one module each, with `describe(parser)` and `run(arguments) -> int`."""
