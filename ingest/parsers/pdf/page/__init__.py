"""One page of a PDF: its characters, words and lines as drawn."""
