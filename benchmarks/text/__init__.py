"""Whether the text that is read is what the pages show."""
