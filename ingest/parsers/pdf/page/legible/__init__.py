"""Whether letters are those that the page shows."""
