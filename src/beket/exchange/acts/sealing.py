"""Signs a PDF (PAdES baseline B) through the house's port for signers, and checks such a signature again."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from asn1crypto import algos  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec import Struct
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from beket.exchange.signatures.bundle import Signer

SIGNATURE_SIGNS: Final = 16 * 1024
"""Room that is left in the file for the signature with its chain, two signs a byte: four of RSA certificates fit."""

PDF_BYTES_MAX: Final = 1024 * 1024
"""Largest PDF that is signed, or checked: it stands in the log itself. An act has some tens of kilobytes."""

_FIELD: Final = "officer"


class SealTrouble(ValueError):
    """A PDF cannot be signed, or is none; the message says why."""


class Sealed(Struct, frozen=True, kw_only=True):
    """What a signature of a PDF is worth: unbroken, over the whole file, by whom; `trusted`: it leads to an anchor."""

    intact: bool
    whole: bool
    trusted: bool
    signer: str
    at: datetime | None


class _Through(signers.Signer):
    """The library's own idea of a signer, which asks ours."""

    def __init__(self, signer: Signer) -> None:
        chain = [asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in signer.certificates]
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        registry.register_multiple(chain)
        self._elliptic = signer.certificates and isinstance(
            signer.certificates[0].public_key(), ec.EllipticCurvePublicKey
        )
        mechanism = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa" if self._elliptic else "sha256_rsa"})
        super().__init__(signing_cert=chain[0], cert_registry=registry, signature_mechanism=mechanism)
        self._signer = signer

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: ARG002, FBT001, FBT002 - theirs
        """Sign; where a file has the two numbers of an ECDSA one behind the other, a CMS has them as a sequence."""
        value = self._signer.sign(data)
        if not self._elliptic:
            return value
        half = len(value) // 2
        return utils.encode_dss_signature(
            int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big")
        )  # fmt: skip


def sealed(pdf: bytes, signer: Signer, reason: str, place: str) -> bytes:
    """Sign a PDF: nothing may be changed or added behind the signature. Raises SealTrouble."""
    if len(pdf) > PDF_BYTES_MAX:
        raise SealTrouble(f"{len(pdf)} bytes; at most {PDF_BYTES_MAX} are signed")
    meta = signers.PdfSignatureMetadata(
        field_name=_FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
        location=place,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    try:
        signed = signers.sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(pdf)), meta, signer=_Through(signer), bytes_reserved=SIGNATURE_SIGNS
        )
    except (PdfError, SigningError, ValueError, OSError) as error:
        raise SealTrouble(f"the paper cannot be signed: {error}") from error
    blob: bytes = signed.getvalue()
    return blob


def checked(pdf: bytes, anchors: Sequence[x509.Certificate], at: datetime | None = None) -> Sealed:
    """Check the one signature of a PDF of ours; raises SealTrouble for what is no such PDF."""
    if len(pdf) > PDF_BYTES_MAX:
        raise SealTrouble(f"{len(pdf)} bytes; at most {PDF_BYTES_MAX} are checked")
    roots = [asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in anchors]
    context = ValidationContext(trust_roots=roots, allow_fetching=False, moment=at)
    try:
        signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        found = [_told(validate_pdf_signature(one, signer_validation_context=context)) for one in signatures[:1]]
    except Exception as error:
        raise SealTrouble(f"no signed PDF: {str(error) or type(error).__name__}") from error
    if len(signatures) != 1:
        raise SealTrouble(f"{len(signatures)} signatures; an act has one")
    return found[0]


def _told(status: Any) -> Sealed:  # noqa: ANN401 - the library says nothing of its types
    at = status.signer_reported_dt
    return Sealed(
        intact=bool(status.intact and status.valid),
        whole=bool(status.coverage.name == "ENTIRE_FILE" and status.docmdp_ok),
        trusted=bool(status.trusted),
        signer=str(status.signing_cert.subject.human_friendly),
        at=None if at is None else at.astimezone(UTC),
    )
