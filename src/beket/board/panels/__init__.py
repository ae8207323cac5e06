"""Panel states: what a screen shows, as frozen structs read from the board; no HTML here."""
