"""Tables: where drawn lines say that one is, what is a cell of it, its rows."""
