"""Pages of the web as sources: asked politely, and only where nobody else's doors are tried."""
