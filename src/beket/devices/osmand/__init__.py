"""Phones as trackers: OsmAnd, Traccar Client and whatever else posts its place over HTTP."""
