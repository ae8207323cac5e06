"""Slips that are shown after an outage: signed short enough for a code, and checked without any network or table."""
