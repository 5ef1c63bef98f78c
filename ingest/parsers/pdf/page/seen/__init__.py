"""What a page draws, and what of its text nobody sees."""
