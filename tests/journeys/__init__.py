"""Journeys of people through a browser."""
