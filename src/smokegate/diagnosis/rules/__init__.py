"""The rules, one cause or one tight family of causes a file; adding a file with `RULES` adds a rule."""
