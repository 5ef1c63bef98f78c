"""Models on this machine: its cores, and whose turn it is to use them."""
