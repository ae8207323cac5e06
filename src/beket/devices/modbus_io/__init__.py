"""Barriers, loops, lights and light curtains whose states are coils, inputs and registers."""
