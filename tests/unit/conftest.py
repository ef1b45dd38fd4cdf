"""What all unit tests share: generated input may take its time on a loaded machine."""

from hypothesis import HealthCheck, settings

# The same examples in every run: a rare one must not turn an unrelated change red. tests/hostile/fuzz.py tries others.
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]
settings.register_profile("loaded", deadline=None, derandomize=True, suppress_health_check=SLOW)
settings.load_profile("loaded")
