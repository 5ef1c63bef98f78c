"""The catalog: SQLite, the truth."""
