"""Django's SQLite, with statements that are written for it once."""
