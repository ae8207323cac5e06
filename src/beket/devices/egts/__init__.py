"""EGTS trackers over TCP."""
