"""The rules by subject; which of them are in force says `core.risk.in_force`."""
