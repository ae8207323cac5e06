"""Trackers that speak Wialon IPS."""
