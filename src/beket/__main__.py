"""Lets `python -m beket` be `beket`."""

import sys

from beket.cli import main

if __name__ == "__main__":
    sys.exit(main())
