"""Teltonika trackers over TCP and UDP."""
