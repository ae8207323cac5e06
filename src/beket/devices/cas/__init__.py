"""CAS weighing indicators over TCP."""
