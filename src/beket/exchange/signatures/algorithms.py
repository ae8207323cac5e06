"""Which algorithms prove something, which are too weak to, and which nobody here can compute."""

from __future__ import annotations

import re
from typing import Final

_WEAK: Final = re.compile(r"(?<![a-z0-9])(md2|md4|md5|sha-?1|rsa-sha1|ripemd160)(?![0-9])", re.IGNORECASE)
_GOST: Final = re.compile(r"gost|(?<![0-9.])1\.2\.643\.", re.IGNORECASE)
_SHARED_SECRET: Final = re.compile(r"hmac|^HS\d", re.IGNORECASE)


def hindrance(*names: str) -> str:
    """Say why algorithms, by their names, addresses or object identifiers, prove nothing here; nothing if they do."""
    for name in names:
        if is_foreign(name):
            return f"GOST, which nobody here computes: {name}"
        if _SHARED_SECRET.search(name):
            return f"a secret that both sides share names no signer: {name}"
        if _WEAK.search(name):
            return f"too weak to prove anything: {name}"
    return ""


def is_foreign(name: str) -> bool:
    """Say whether an outside verifier has to be asked about an algorithm."""
    return _GOST.search(name) is not None
