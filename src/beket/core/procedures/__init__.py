"""Procedures of a place: which are in force, and where each crossing stands by steps and proof."""
