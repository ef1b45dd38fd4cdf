"""Stage 2, look: an `Environment` becomes an `Observation`; the only stage that touches network, shell or clock."""
