"""Bytes to passages, in processes with limits."""
