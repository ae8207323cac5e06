"""Keys that slips are checked with: those of this house, and those that neighbours gave, in one folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from msgspec import Struct

from beket.words.ids import sha256

KEYS_MAX: Final = 500
"""Most files that are looked at: ten years of keys of every checkpoint of the country."""

FILE_BYTES_MAX: Final = 16 * 1024
"""Largest file of a key; a certificate has two kilobytes."""

ID_BYTES: Final = 8
"""How much of a key's digest names it in a slip: of some hundred keys no two are alike in it."""

OWN: Final = "own-"
"""What the files begin with that this house put there itself."""


class KeyTrouble(ValueError):
    """No slip can be signed or checked with this; the message says why."""


class KnownKey(Struct, frozen=True):
    """A key that slips are checked with: `name` says whose it is."""

    id: bytes
    name: str
    ours: bool
    public: ec.EllipticCurvePublicKey


def key_id(public: ec.EllipticCurvePublicKey) -> bytes:
    """Name a key by what it is."""
    return bytes.fromhex(sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)))[:ID_BYTES]


def usable(public: object) -> ec.EllipticCurvePublicKey:
    """Give a key that slips can be signed with; raises KeyTrouble for any other."""
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
        raise KeyTrouble("a slip is signed with a key of the curve P-256: the signatures of others do not fit its code")
    return public


def known_keys(folder: Path) -> dict[bytes, KnownKey]:
    """Read the keys of a folder, ours first; a file that holds none is passed by, `faults` names it."""
    found: dict[bytes, KnownKey] = {}
    for file in _files(folder):
        try:
            one = _read(file)
        except (KeyTrouble, OSError):
            continue
        if one.id not in found or one.ours:
            found[one.id] = one
    return found


def faults(folder: Path) -> tuple[str, ...]:
    """Name the files of a folder that hold no key that can be used, each with why."""
    found = []
    for file in _files(folder):
        try:
            _read(file)
        except (KeyTrouble, OSError) as error:
            found.append(f"{file.name}: {error}")
    return tuple(found)


def keep_own(folder: Path, certificate: x509.Certificate) -> bytes:
    """Have a key of this house be known for good, and give its name; raises KeyTrouble, OSError."""
    name = key_id(usable(certificate.public_key()))
    file = folder / f"{OWN}{name.hex()}.pem"
    if not file.exists():
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = file.with_suffix(".new")
        fresh.write_bytes(certificate.public_bytes(Encoding.PEM))
        fresh.replace(file)
    return name


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.pem"))[:KEYS_MAX] if folder.is_dir() else []


def _read(file: Path) -> KnownKey:
    with file.open("rb") as opened:
        pem = opened.read(FILE_BYTES_MAX)
    try:
        certified = b"BEGIN CERTIFICATE" in pem
        public = x509.load_pem_x509_certificate(pem).public_key() if certified else load_pem_public_key(pem)
    except ValueError as error:
        raise KeyTrouble("neither a certificate nor a public key (PEM)") from error
    ours = file.name.startswith(OWN)
    usable_one = usable(public)
    return KnownKey(key_id(usable_one), file.stem, ours, usable_one)
