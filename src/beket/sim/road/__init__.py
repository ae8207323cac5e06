"""Lorries and electronic seals that drive between the country's checkpoints and report over their own protocols."""
