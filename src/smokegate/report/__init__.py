"""Stage 4, tell: outcomes, observation and diagnosis become files and lines; renders, never decides."""
