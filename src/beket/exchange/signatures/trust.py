"""Whom an operator trusts: the anchors given, the moment of judging, and who checks what nobody here can."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol

from cryptography import x509
from msgspec import Struct

from beket.exchange.kit.refusal import Refused
from beket.words.documents import SignatureForm

ANCHORS_MAX: Final = 1_000
"""Most anchors of one operator; the list of all trusted authorities of the Union is shorter."""

ANCHOR_BYTES_MAX: Final = 8 * 1024 * 1024
"""Most bytes of one file of anchors."""

_PEM: Final = b"-----BEGIN CERTIFICATE-----"


class Asked(Struct, frozen=True, kw_only=True):
    """What is handed to an outside verifier: a signature, all it came in, and by name what lies beside it.

    `signature` is the signature itself as it stands in `message` (an element of XML, a CMS, a compact JWS).
    """

    form: SignatureForm
    algorithm: str
    message: bytes
    signature: bytes
    beside: Mapping[str, bytes]


class ExternalVerifier(Protocol):
    """A port for algorithms that our libraries do not know, GOST first of all."""

    def verify(self, asked: Asked) -> bool | None:
        """Say whether the signature fits its bytes and its certificate; None where this one cannot say either."""


class Trust(Struct, frozen=True, kw_only=True):
    """What signatures are judged by; without anchors nobody is trusted, without a moment no signature is late."""

    anchors: tuple[x509.Certificate, ...] = ()
    judged_at: datetime | None = None
    external: ExternalVerifier | None = None


NOBODY: Final = Trust()
"""Trust in nobody: signatures are checked against their bytes, and that is all."""


def read_anchors(blob: bytes) -> tuple[x509.Certificate, ...]:
    """Read certificates that an operator trusts, as PEM (one or many) or DER (one); raises Refused."""
    if len(blob) > ANCHOR_BYTES_MAX:
        raise Refused("size", f"{len(blob)} bytes of anchors; at most {ANCHOR_BYTES_MAX} are read")
    try:
        found = x509.load_pem_x509_certificates(blob) if _PEM in blob else [x509.load_der_x509_certificate(blob)]
    except (ValueError, x509.InvalidVersion) as error:
        raise Refused("malformed", f"no certificate: {error}") from error
    if len(found) > ANCHORS_MAX:
        raise Refused("items", f"{len(found)} anchors; at most {ANCHORS_MAX} are read")
    return tuple(found)
