"""Hikvision plate cameras over ISAPI: HTTP push and alertStream."""
