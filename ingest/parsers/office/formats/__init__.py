"""Number formats: a value as spreadsheets and charts show it."""
