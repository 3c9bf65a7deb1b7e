"""Plain knowledge of STEP and GLB files."""
