"""The HTTP interface for programs, versioned: its own words, its own door, described by itself."""
