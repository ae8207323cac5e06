"""Aspect Yantar radiation portals over Modbus."""
