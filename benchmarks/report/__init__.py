"""Measures, results, tables and charts."""
