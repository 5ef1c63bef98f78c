"""The answer in words, and the promise that is checked."""
