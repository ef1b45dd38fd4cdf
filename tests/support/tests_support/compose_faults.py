"""Which test tries which fault of the real stack: each costs a quarter of a minute, so each is tried once."""

FIXED = {
    "backend-stopped": "start backend-aws",
    "backend-killed": "start backend-aws",
    "backend-paused": "restart backend-aws",
    "database-stopped": "start db",
    "nginx-stopped": "start nginx",
    "stale-upstream": "reload nginx",
}
"""What `--fix` repairs, and the action that does it."""
REFUSED = ("wrong-password", "port-taken")
"""What comes back after a restart; each is refused for a reason of its own."""
UNNOTICED = ("worker-stopped", "never-healthy")
"""What users do not notice."""
OBSERVED = ("bad-import", "missing-variable", "database-slow", "out-of-memory", "disk-full")
"""What is only looked at: to `--fix` it is like those that are refused."""
