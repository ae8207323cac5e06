"""Keys of officers for demonstrations: an authority and a key for each account, made once, kept where only we may read.

Whoever has accredited keys (cards, a module) puts another `Signer` in this one's place; the names here say DEMO.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from beket.exchange.signatures.demo import DemoSigner, usage
from beket.words.ids import sha256

HOUSE: Final = "DEMO ONLY (no legal force): Beket"
AUTHORITY: Final = "authority of this node"

AUTHORITY_IN_FORCE: Final = timedelta(days=3650)
OFFICER_IN_FORCE: Final = timedelta(days=365)
RENEWED_BEFORE: Final = timedelta(days=1)
"""How long a key is signed with before a new one takes its place; what it signed stays signed."""

NAME_MAX: Final = 64
"""Longest common name of a certificate (X.520), counted in bytes as OpenSSL does."""

_MODE: Final = 0o600


class Officers:
    """The keys of one node, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def signer(self, account: str, at: datetime) -> DemoSigner:
        """Give the signer of an account, in force at a moment; makes what is not there. Raises OSError, ValueError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        authority, anchor = self._held("authority", AUTHORITY, None, at)
        key, mine = self._held(f"officer-{sha256(account.encode())[:32]}", account, (authority, anchor), at)
        signer = DemoSigner(key, mine, anchor)
        signer.certificates = (mine, anchor)
        return signer

    def _held(
        self, file: str, name: str, by: tuple[ec.EllipticCurvePrivateKey, x509.Certificate] | None, at: datetime
    ) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        path = self._folder / f"{file}.pem"
        found = _read(path) if path.exists() else None
        if found is not None and found[1].not_valid_after_utc > at + RENEWED_BEFORE:
            return found
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(name, key, by, at)
        _put(path, key, certificate, anew=found is not None)
        return _read(path)


def _read(path: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    pem = path.read_bytes()
    key = load_pem_private_key(pem, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey), "no other was ever written here"
    return key, x509.load_pem_x509_certificate(pem)


def _put(path: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate, *, anew: bool) -> None:
    """Write both durably under the name; of two that make one at once, the first one's counts."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    fresh = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    if anew:
        fresh.replace(path)
        return
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    by: tuple[ec.EllipticCurvePrivateKey, x509.Certificate] | None,
    at: datetime,
) -> x509.Certificate:
    mine = _named(name)
    issuer, signing = (mine, key) if by is None else (by[1].subject, by[0])
    authority = by is None
    identifier = x509.SubjectKeyIdentifier.from_public_key(signing.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(mine)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(minutes=1))
        .not_valid_after(at + (AUTHORITY_IN_FORCE if authority else OFFICER_IN_FORCE))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(usage(authority=authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(signing, hashes.SHA256())
    )


def _named(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, HOUSE),
            x509.NameAttribute(NameOID.COMMON_NAME, f"DEMO {name}".encode()[:NAME_MAX].decode(errors="ignore")),
        ]
    )
