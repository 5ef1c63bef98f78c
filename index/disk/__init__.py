"""Files of the index: atomic writes, the write lock, the originals."""
