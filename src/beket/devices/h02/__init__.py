"""H02 trackers: the text and binary protocol of many cheap trackers (SinoTrack and others)."""
