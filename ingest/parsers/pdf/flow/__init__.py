"""Pages of a PDF to running text: columns, tables, paragraphs, headings."""
