"""Galileosky trackers: packets of tagged values, each answered with its own check sum."""
