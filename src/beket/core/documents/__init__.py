"""Trade documents of a place: what is on file, and whose it is."""
