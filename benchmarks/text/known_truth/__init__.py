"""Files made from known text, read by our parsers, and compared with that text word by word."""
