"""Django's PostgreSQL, with plans that are kept and a look at the line instead of a question."""
