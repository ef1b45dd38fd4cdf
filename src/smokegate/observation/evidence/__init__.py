"""Evidence: observations are recorded, redacted and compared with the expectations."""
