"""Stage 2, observe: turns an `Environment` into an `Observation`; the only stage with network, shell and clock."""
