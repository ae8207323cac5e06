"""A conveyance in a lane becomes a crossing."""
