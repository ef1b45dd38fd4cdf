"""Stage 2, look: an `Environment` becomes an `Observation`; only here network, shell or clock are touched."""
