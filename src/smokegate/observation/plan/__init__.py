"""Plans the requests of an environment: their order and prerequisites."""
