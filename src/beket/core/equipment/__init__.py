"""The devices of a place: how it is laid out and how its devices are."""
