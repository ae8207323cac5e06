"""ONVIF cameras: events with recognised plates, and what cameras say of themselves."""
