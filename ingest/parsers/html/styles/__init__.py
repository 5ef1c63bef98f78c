"""Style sheets: which rules hold on a screen, which elements they speak of, what counts of them."""
