"""The faults, one module per place; the TOML file beside it is their catalogue."""
