"""A small reader of our own: ranks passages, points at the answer, says when there is none."""
