"""Which requests an environment needs, in which order, and what must come first."""
