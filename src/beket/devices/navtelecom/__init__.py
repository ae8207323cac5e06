"""Navtelecom trackers: the NTCB envelope, its old telemetry, and FLEX with a field mask settled per conversation."""
