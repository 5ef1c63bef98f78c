"""Question sets and throw-away indexes of them."""
