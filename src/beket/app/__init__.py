"""The wiring: builds the parts of a node out of rooms; no rules live here."""
