"""Dahua plate cameras over ITSAPI posts and the event stream."""
