"""What the text of a passage is made of: lines, lists and tables, and how far they reach."""
