"""Barcode and QR readers."""
