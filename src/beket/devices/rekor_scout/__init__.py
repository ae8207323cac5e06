"""Rekor Scout and OpenALPR agents: a map, and how such an agent speaks."""
