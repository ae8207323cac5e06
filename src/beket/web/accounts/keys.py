"""Public keys of agencies' systems: which are taken, and by which name a key is known."""

from __future__ import annotations

import hashlib
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from msgspec import Struct

from beket.web.accounts.roster import RosterRefusal

PEM_CHARS_MAX: Final = 2_000
"""Most characters of a key as it is pasted; those that are taken have some two hundred."""


class Key(Struct, frozen=True, kw_only=True):
    """A public key: as PEM, by the hash of its DER (SubjectPublicKeyInfo), and how it signs (RFC 7518, 8037, 9864)."""

    pem: str
    sha256: str
    algorithms: tuple[str, ...]


def read_key(text: str) -> Key:
    """Read a public key; raises RosterRefusal."""
    if len(text) > PEM_CHARS_MAX:
        raise RosterRefusal(f"a public key has at most {PEM_CHARS_MAX} characters")
    if "PRIVATE" in text:
        raise RosterRefusal("this is a private key: nobody else may have it; register its public half")
    try:
        key = load_pem_public_key(text.strip().encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise RosterRefusal("this is no public key in PEM") from error
    if isinstance(key, Ed25519PublicKey):
        algorithms: tuple[str, ...] = ("Ed25519", "EdDSA")
    elif isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        algorithms = ("ES256",)
    else:
        raise RosterRefusal("a system's key is of ECDSA P-256 or of Ed25519")
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return Key(pem=pem, sha256=hashlib.sha256(der).hexdigest(), algorithms=algorithms)
