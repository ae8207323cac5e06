"""Rapiscan and TSA radiation portals over TCP."""
