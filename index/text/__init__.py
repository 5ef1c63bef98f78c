"""What text is to both sides: words, languages, places, escaping."""
