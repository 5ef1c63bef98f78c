"""After the fact: versions, removal, near duplicates, health."""
