"""The commands of the house; each is one line of wiring."""


def main() -> int:
    """Run a command."""
    return 0
