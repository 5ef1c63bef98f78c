"""A question in, checked quotations out. Never imports `ingest`."""
