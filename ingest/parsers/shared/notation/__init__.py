"""How signs are written in a line of text: raised, lowered, numbers of items, formulas."""
