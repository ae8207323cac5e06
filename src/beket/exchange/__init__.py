"""The other authorities: what papers and messages say, and what is told to others."""
