"""Weigh-in-motion stations that post each vehicle as JSON."""
