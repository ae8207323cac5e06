"""Scales whose weight is in registers, as a map describes them."""
