"""Electronic seals that speak lines of text."""
