"""A&D weighing indicators over TCP."""
