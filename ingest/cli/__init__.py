"""The command line of `python -m ingest`."""
