"""The faults, one file per place; each entry of the catalogue decorates the function that brings it about."""
