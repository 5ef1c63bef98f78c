"""Measurements of the product's own code on question sets that nobody here wrote."""
