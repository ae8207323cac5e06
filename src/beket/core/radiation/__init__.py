"""Radiation alarms of a place and how they were judged."""
