"""Where characters stand on pages, and PDFium, which reads and draws them."""
