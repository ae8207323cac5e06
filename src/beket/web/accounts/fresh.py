"""Thinks of tokens; apart from who keeps them, because a parent process without Django thinks of one too."""

from __future__ import annotations

import secrets
from typing import Final

PREFIX: Final = "beket_"
"""What a token begins with, so that a leaked one is known for what it is."""

SECRET_BYTES: Final = 32


def fresh_token() -> str:
    """Think of a token; it opens nothing until an account has it."""
    return PREFIX + secrets.token_urlsafe(SECRET_BYTES)
