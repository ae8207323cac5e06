"""The picture: read tables and live panels, rebuildable from the log at any time."""
