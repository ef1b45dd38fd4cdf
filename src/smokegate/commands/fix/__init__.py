"""`smokegate diagnose NAME --fix`: from a cause to commands on the server, each followed by the same checks.

`remedies` is the table of what may be done about which cause, `plan` turns a cause into exact commands, `repair`
applies them one by one until a check is healthy, and keeps the record. `executor` runs them, `lock` lets only one
process do so.
"""
