"""Travel-document readers: the machine-readable zone of ICAO Doc 9303."""
