"""Stage 1, load: a TOML file becomes a frozen `Environment`; nothing else reads such files or variables."""
