"""What is derived from the catalog: vectors (FAISS) and words (tantivy)."""
