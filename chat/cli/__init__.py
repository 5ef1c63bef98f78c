"""The command line of `python -m chat`."""
