"""Formats that are read by a map in TOML, which an administrator can read and change."""
