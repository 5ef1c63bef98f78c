"""What is quoted, and how sure that is."""
