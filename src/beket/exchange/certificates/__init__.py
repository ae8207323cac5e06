"""Certificates with a QR code: what the code says, what its source says, and where the paper says otherwise."""
