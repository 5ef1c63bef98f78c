"""Pages, lines and words that are read from their picture."""
