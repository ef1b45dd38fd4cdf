"""Stage 1, load: a TOML file becomes a frozen `Environment`; nothing else in smokegate reads files or variables."""
