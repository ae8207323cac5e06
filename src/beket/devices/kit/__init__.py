"""What every driver shares: registry, framing, lifecycle, health, caps and quarantine."""
