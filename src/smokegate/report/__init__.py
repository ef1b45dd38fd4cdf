"""Stage 4, report: outcomes, observation and diagnosis become files and lines; renders, never decides."""
