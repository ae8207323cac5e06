"""ANSI N42.42 files of radiation instruments."""
