"""Rice Lake weighing indicators over TCP."""
