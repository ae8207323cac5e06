"""Signs a slip into the text of its code, and says of a text what it is worth: by whose key, and whether it still is.

The text is `BEKET1` and base32 (RFC 4648 §6, no padding) of: eight bytes that name the key; the slip as words/slips
packs it; 64 bytes of an ECDSA signature (P-256, SHA-256) over `beket slip 1`, a zero byte, and all before it. Capitals
and digits are what a QR code holds best, what every reader types, and what any keyboard layout can be turned back to.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from beket.exchange.signatures.bundle import Signer
from beket.exchange.slips.keys import ID_BYTES, KeyTrouble, KnownKey, key_id, usable
from beket.words.ids import Instant
from beket.words.slips import MARK, Checked, Slip, Verdict, fitting, packed, unpacked

SLIP_BYTES_MAX: Final = 560
"""Most bytes of one code: a QR of 93 modules at level M, which a telephone reads off a roll of 80 mm."""

SIGNATURE_BYTES: Final = 64

TEXT_MAX: Final = 4 * SLIP_BYTES_MAX
"""Longest text that is looked at: one code with blanks between all of its signs."""

AHEAD_MS_MAX: Final = 24 * 3_600_000
"""How far a slip may be ahead of our clock: after an outage nobody knows whose clock is right."""

_CONTEXT: Final = b"beket slip 1\0"
"""What is signed begins with this, so that no other signature of the same key is one of a slip."""

_HALF: Final = SIGNATURE_BYTES // 2
_LEFT: Final = ID_BYTES + SIGNATURE_BYTES
_BASE32: Final = re.compile(r"[A-Z2-7]+", re.ASCII)
_TYPED_IN_CYRILLIC: Final = str.maketrans("ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ", "QWERTYUIOPASDFGHJKLZXCVBNM")
"""What a reader of codes types where the keyboard is switched to Russian or Kyrgyz: the same keys."""


def sealed(slip: Slip, signer: Signer) -> str:
    """Give the text of a slip's code; what does not fit is left out, and the slip says so. Raises KeyTrouble."""
    name = key_id(usable(signer.certificates[0].public_key()))
    try:
        said = name + packed(fitting(slip, SLIP_BYTES_MAX - _LEFT))
    except ValueError as error:
        raise KeyTrouble(str(error)) from error
    return MARK + base64.b32encode(said + signer.sign(_CONTEXT + said)).decode().rstrip("=")


def checked(text: str, keys: Mapping[bytes, KnownKey], now: Instant) -> Checked:
    """Say what a text is worth that somebody showed; never raises."""
    plain = "".join(text[:TEXT_MAX].split()).upper().translate(_TYPED_IN_CYRILLIC)
    if not plain.startswith(MARK):
        return Checked(verdict="no_slip")
    blob = _opened(plain.removeprefix(MARK))
    if blob is None:
        return Checked(verdict="altered")
    name, said, signature = blob[:ID_BYTES], blob[:-SIGNATURE_BYTES], blob[-SIGNATURE_BYTES:]
    slip = _slip(said[ID_BYTES:])
    known = keys.get(name)
    if known is None:
        return Checked(verdict="unknown_key" if slip is not None else "altered", slip=slip, key=name.hex())
    holds = _holds(known, said, signature)
    verdict = _of_time(slip, now) if holds and slip is not None else "altered"
    return Checked(verdict=verdict, slip=slip, key=name.hex(), signer=known.name, ours=known.ours)


def _of_time(slip: Slip, now: Instant) -> Verdict:
    if now > slip.until_at:
        return "expired"
    return "ahead" if slip.at > now + AHEAD_MS_MAX else "good"


def _opened(body: str) -> bytes | None:
    """Give the bytes of a text that begins as a slip does; None where it goes on otherwise, or is torn."""
    if _BASE32.fullmatch(body) is None:
        return None
    try:
        blob = base64.b32decode(body + "=" * (-len(body) % 8))
    except binascii.Error:
        return None
    one_way = base64.b32encode(blob).decode().rstrip("=") == body  # bits that mean nothing are not changed unseen
    return blob if one_way and len(blob) > _LEFT else None


def _slip(blob: bytes) -> Slip | None:
    try:
        return unpacked(blob)
    except ValueError:
        return None


def _holds(known: KnownKey, said: bytes, signature: bytes) -> bool:
    r, s = int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big")
    try:
        known.public.verify(utils.encode_dss_signature(r, s), _CONTEXT + said, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
