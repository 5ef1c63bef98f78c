"""A small reader of our own: points at the answer in a passage, and says when there is none."""
