"""Measurements: one program per goal; `run(size, rounds)` gives ratios."""
