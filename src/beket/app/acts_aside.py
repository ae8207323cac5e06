"""A process of its own that draws one act, signs it, looks at its own work, and ends."""

from __future__ import annotations

import logging
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec import Struct

from beket.exchange.acts.officers import Officers
from beket.exchange.acts.paper import PaperTrouble, drawn
from beket.exchange.acts.sealing import SealTrouble, checked, sealed
from beket.exchange.signatures.bundle import Signer
from beket.exchange.signatures.keyed import KeyTrouble, key_signer
from beket.web.pressing import Sheet
from beket.words.ids import Sha256, sha256

CPU_S_MAX: Final = 25
MEMORY_BYTES_MAX: Final = 2 * 1024 * 1024 * 1024
"""Most that one act may take: the longest needs a fifth of both."""


class Asked(Struct, frozen=True, kw_only=True):
    """A sheet, and where the keys are: the house's own, else those of its officers."""

    sheet: Sheet
    officers: str
    key: str | None = None
    certificate: str | None = None


class Made(Struct, frozen=True, kw_only=True):
    """The signed paper with what it was signed by, or why there is none."""

    pdf: bytes | None = None
    signer: str = ""
    certificate: Sha256 | None = None
    demo: bool = True
    trouble: str = ""


def made(asked: Asked) -> Made:
    """Draw and sign; what is handed out was checked as whoever gets it will."""
    sheet = asked.sheet
    try:
        signer, demo = _signer(asked, datetime.now(UTC))
        pdf = sealed(drawn(sheet.markup, sheet.digest.encode()), signer, sheet.number, sheet.place)
        found = checked(pdf, signer.certificates[-1:])
    except (PaperTrouble, SealTrouble, KeyTrouble) as trouble:
        return Made(trouble=str(trouble))
    except (OSError, ValueError) as error:
        return Made(trouble=f"the keys that sign cannot be read or made: {error}")
    if not (found.intact and found.whole):
        return Made(trouble="the signature of the paper does not hold; nothing was handed out")
    return Made(pdf=pdf, signer=_name(signer.certificates[0]), certificate=_digest(signer.certificates[0]), demo=demo)


def _signer(asked: Asked, at: datetime) -> tuple[Signer, bool]:
    if asked.key and asked.certificate:
        return key_signer(Path(asked.key).read_bytes(), Path(asked.certificate).read_bytes()), False
    return Officers(Path(asked.officers)).signer(asked.sheet.account, at), True


def _name(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()


def _digest(certificate: x509.Certificate) -> Sha256:
    return sha256(certificate.public_bytes(Encoding.DER))


def main() -> None:
    """Answer what stands on the standard input."""
    logging.disable(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S_MAX, CPU_S_MAX))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    answer = made(msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Asked))
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer))


if __name__ == "__main__":
    main()
