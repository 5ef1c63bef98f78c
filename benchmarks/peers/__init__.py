"""Other tools on the same passages and weights."""
