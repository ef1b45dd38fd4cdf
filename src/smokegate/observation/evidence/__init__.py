"""What was observed, as evidence: recorded, redacted, compared with the expectations."""
