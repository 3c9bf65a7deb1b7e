"""Rules of the fabrication wing as plain functions: fields, free data, names, lifecycle."""
