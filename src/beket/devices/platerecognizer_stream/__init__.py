"""Plate Recognizer Stream: a map, and how it speaks."""
