"""Whether what is found and quoted is right."""
