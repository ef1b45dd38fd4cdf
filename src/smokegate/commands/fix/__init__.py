"""`smokegate diagnose NAME --fix`: from a cause to commands on the server, each followed by the same look.

`cures` is the table of what may be done about which cause, `plan` turns a cause into exact commands,
`mending` does them one by one until a look says that it is well. `hands` runs them, `lock` sees to it that
only one process does, `journal` keeps the record.
"""
