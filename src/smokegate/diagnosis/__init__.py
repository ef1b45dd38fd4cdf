"""Stage 3, judge: an `Observation` becomes a `Diagnosis`; pure, without I/O and without a clock."""
