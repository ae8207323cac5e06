"""Axis License Plate Verifier: a map, and how such a camera speaks."""
