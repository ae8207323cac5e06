"""Scales and terminals that speak MT-SICS, over TCP."""
