"""An answer as it is shown."""
