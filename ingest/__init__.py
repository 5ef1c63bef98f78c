"""Sources in, passages out: plan, read, chunk, embed. Never imports `chat`."""
