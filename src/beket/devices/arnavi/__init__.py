"""Arnavi trackers: a header with the IMEI, then numbered packages of records, each package answered."""
