"""Demo data of parts, invented."""
