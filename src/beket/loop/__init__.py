"""The heartbeat: the only place where thinking meets memory."""
