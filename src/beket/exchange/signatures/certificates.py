"""What a certificate says of a signer: a name, whether an anchor vouches for it, and whether it was in its time."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import verification
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError
from msgspec import Struct
from msgspec.structs import replace

from beket.exchange.signatures.trust import Trust
from beket.words.documents import Signature

BESIDE_MAX: Final = 20
"""Most certificates that one signature may bring along; a chain has three or four."""

CHAIN_MAX: Final = 8
"""Longest chain between a signer and an anchor."""

CLOCK_SLACK: Final = timedelta(minutes=5)
"""How far a signer's clock may go ahead of ours before its claim is remarked."""

_ASKED_LATER: Final = ("subject", "issuer", "not_valid_before_utc", "not_valid_after_utc")
"""Fields of a certificate that the library reads, or fails to, only when they are asked for."""


class Standing(Struct, frozen=True, kw_only=True):
    """How a signer stands, and what is lacking."""

    trusted: bool
    in_force: bool | None
    reasons: tuple[str, ...]


def certificate_from(text: str) -> x509.Certificate | None:
    """Read a certificate from base64 as XML and JWS carry it; None where it is none."""
    try:
        return certificate_of(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError):
        return None


def certificate_of(der: bytes) -> x509.Certificate | None:
    """Read a certificate; None where it is none, or where one of the fields that are asked later cannot be read."""
    try:
        found = x509.load_der_x509_certificate(der)
        for name in _ASKED_LATER:
            getattr(found, name)
    except (ValueError, x509.InvalidVersion):
        return None
    return found


def signed_by(told: Signature, signer: x509.Certificate, beside: Sequence[x509.Certificate], trust: Trust) -> Signature:
    """Say who signed, and how that signer stands."""
    moment = moment_of(told.signed_at)
    found = standing(signer, beside, moment, trust)
    # Anybody can put a certificate of somebody trusted beside a signature: until that fits, it says nothing.
    lacking = () if told.state == "invalid" else found.reasons
    return replace(
        told,
        signer=_name(signer, issuer=False),
        issuer=_name(signer, issuer=True),
        certificate_sha256=signer.fingerprint(hashes.SHA256()).hex(),
        trusted=found.trusted and told.state == "valid",
        in_force=found.in_force,
        reason="; ".join(filter(None, (told.reason, *lacking))),
    )


def unproven(signature: Signature, reason: str) -> Signature:
    """Take back that a signature proves anything: it fits, but what it is over could not be followed."""
    return replace(signature, state="unchecked", trusted=False, reason=reason)


def standing(
    signer: x509.Certificate, beside: Sequence[x509.Certificate], signed_at: datetime | None, trust: Trust
) -> Standing:
    """Judge a certificate: does it lead to an anchor, and was it in force when it is said to have signed."""
    distrust = _distrust(signer, beside, signed_at or trust.judged_at, trust)
    in_force, lapse = _in_force(signer, signed_at, trust.judged_at)
    return Standing(trusted=not distrust, in_force=in_force, reasons=tuple(filter(None, (distrust, lapse))))


def moment_of(said: str | None) -> datetime | None:
    """Read the moment that a signer claims; one without a zone is taken for UTC."""
    try:
        found = datetime.fromisoformat(said or "")
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _distrust(
    signer: x509.Certificate, beside: Sequence[x509.Certificate], moment: datetime | None, trust: Trust
) -> str:
    """Say why a signer is not trusted; nothing where an anchor vouches for it.

    The chain is followed at a moment within the signer's own time: whether that is over is another question.
    """
    if not trust.anchors:
        return "the signer is not known to be trusted: no anchors were given"
    if signer in trust.anchors:
        return ""
    start, end = signer.not_valid_before_utc, signer.not_valid_after_utc
    policies = PolicyBuilder().store(Store(list(trust.anchors))).time(min(max(moment or end, start), end))
    try:
        verifier = (
            policies.max_chain_depth(CHAIN_MAX)
            .extension_policies(ca_policy=_ca_policy(), ee_policy=_signer_policy())
            .build_client_verifier()
        )
        verifier.verify(signer, [one for one in beside[:BESIDE_MAX] if one != signer])
    except (VerificationError, UnsupportedAlgorithm, ValueError) as error:
        return f"the signer's certificate does not lead to an anchor: {str(error).partition(' (encountered')[0]}"
    return ""


def _ca_policy() -> ExtensionPolicy:
    """Ask of an authority that it is one; national authorities leave out what browsers ask beyond that."""
    return (
        ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_authority)
        .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_certify)
    )


def _signer_policy() -> ExtensionPolicy:
    return ExtensionPolicy.permit_all().may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign)


def _is_authority(_policy: verification.Policy, _one: x509.Certificate, constraints: x509.BasicConstraints) -> None:
    if not constraints.ca:
        raise ValueError("a certificate in between is no authority's")


def _may_certify(_policy: verification.Policy, _one: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("an authority's key is not for certificates")


def _may_sign(_policy: verification.Policy, _one: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise ValueError("the signer's key is not for signatures")


def _in_force(
    signer: x509.Certificate, signed_at: datetime | None, judged_at: datetime | None
) -> tuple[bool | None, str]:
    """Say whether a certificate was in its time, and what to add."""
    moment = signed_at or judged_at
    if moment is None:
        return None, "nobody says when it was signed"
    if judged_at is not None and moment > judged_at + CLOCK_SLACK:
        return None, f"it claims to be signed at {moment:%Y-%m-%dT%H:%M:%SZ}, which is yet to come"
    if moment < signer.not_valid_before_utc:
        return False, f"the certificate was not yet in force, but from {signer.not_valid_before_utc:%Y-%m-%d}"
    if moment > signer.not_valid_after_utc:
        return False, f"the certificate was no more in force, but until {signer.not_valid_after_utc:%Y-%m-%d}"
    return True, ""


def _name(certificate: x509.Certificate, *, issuer: bool) -> str | None:
    try:
        return (certificate.issuer if issuer else certificate.subject).rfc4514_string() or None
    except ValueError:
        return None
