"""GT06 trackers: the binary protocol of Concox and of the many that took it over."""
