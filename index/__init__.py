"""The only owner of state on disk: catalog (SQLite), vectors (FAISS) and words (tantivy)."""
