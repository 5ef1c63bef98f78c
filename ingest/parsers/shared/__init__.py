"""What several parsers need."""
