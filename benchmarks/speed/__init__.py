"""How fast it is, and how that grows."""
