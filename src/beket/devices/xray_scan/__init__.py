"""X-ray complexes over HTTP, in the house's own small schema."""
