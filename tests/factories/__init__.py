"""Factories of every model, one module per app; all save through `full_clean()`."""
