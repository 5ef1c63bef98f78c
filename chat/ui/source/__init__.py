"""The source of a quotation as it is shown."""
