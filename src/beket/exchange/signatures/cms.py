"""Checks CMS and CAdES signatures: around a document, or beside one (`.p7s`)."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from asn1crypto import cms, pem  # type: ignore[import-untyped]
from cryptography.exceptions import UnsupportedAlgorithm
from msgspec import Struct

from beket.exchange.kit.refusal import Refused
from beket.exchange.kit.xml import BYTES_MAX
from beket.exchange.signatures.algorithms import hindrance, is_foreign
from beket.exchange.signatures.certificates import BESIDE_MAX, certificate_of, signed_by, unproven
from beket.exchange.signatures.trust import Asked, Trust
from beket.words.documents import Signature, SignatureState

SIGNERS_MAX: Final = 50
"""Most signers of one CMS."""

_SIGNED: Final = bytes.fromhex("06092a864886f70d010702")
"""The object identifier of signed content, as DER writes it."""

_METHODS: Final = frozenset({"rsassa_pkcs1v15", "rsassa_pss", "dsa", "ecdsa", "ed25519", "ed448"})
_HEAD: Final = 64
_ARMOURS: Final = (b"-----BEGIN CMS-----", b"-----BEGIN PKCS7-----")
_ODDITIES: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What the parser raises where bytes are not what their types say: it reads each part when that is asked for."""


class Wrapped(Struct, frozen=True, kw_only=True):
    """What a CMS holds: its content, None where that lies beside it, and who signed."""

    content: bytes | None
    signatures: tuple[Signature, ...]


class _Signed(Struct, frozen=True, kw_only=True):
    """The parsed CMS with what its signers need; the parser has no types of its own."""

    blob: bytes
    kind: str
    content: bytes
    detached: bool
    certificates: list[Any]
    covers: tuple[str, ...]


def is_cms(blob: bytes) -> bool:
    """Say by its first bytes whether something is signed content."""
    return (blob[:1] == b"\x30" and _SIGNED in blob[:_HEAD]) or blob[:_HEAD].lstrip().startswith(_ARMOURS)


def opened_cms(blob: bytes, trust: Trust, beside: bytes | None = None, covers: tuple[str, ...] = ()) -> Wrapped:
    """Open a CMS and check who signed it, over its own content or over what lies beside it; raises Refused."""
    if len(blob) > BYTES_MAX:
        raise Refused("size", f"{len(blob)} bytes; at most {BYTES_MAX} are read")
    try:
        return _opened(blob, trust, beside, covers)
    except _ODDITIES as error:
        raise Refused("malformed", f"no signed content: {str(error) or type(error).__name__}") from error


def _opened(blob: bytes, trust: Trust, beside: bytes | None, covers: tuple[str, ...]) -> Wrapped:
    der = pem.unarmor(blob.lstrip())[2] if blob.lstrip()[:1] == b"-" else blob
    outer = cms.ContentInfo.load(der, strict=True)
    if outer["content_type"].native != "signed_data":
        raise Refused("container", f"a CMS of {outer['content_type'].native}, not of signed content")
    inner = outer["content"]
    held = inner["encap_content_info"]["content"]
    content = bytes(held) if held.native is not None else None
    signers = list(inner["signer_infos"])
    if not 0 < len(signers) <= SIGNERS_MAX:
        raise Refused("signature", f"{len(signers)} signers; from 1 to {SIGNERS_MAX} are read")
    signed = _Signed(
        blob=der,
        kind=inner["encap_content_info"]["content_type"].native,
        content=(content if content is not None else beside) or b"",
        detached=content is None,
        certificates=list(_certificates(inner)),
        covers=covers,
    )
    if content is None and beside is None:
        return Wrapped(content=None, signatures=())
    return Wrapped(content=content, signatures=tuple(_checked(one, signed, trust) for one in signers))


def _certificates(inner: Any) -> Iterator[Any]:  # noqa: ANN401 - the parser has no types
    if inner["certificates"].native is None:
        return
    for one in list(inner["certificates"])[:BESIDE_MAX]:
        if one.name == "certificate":
            yield one.chosen


def _checked(signer: Any, signed: _Signed, trust: Trust) -> Signature:  # noqa: ANN401 - the parser has no types
    certificate = next((one for one in signed.certificates if _made(signer["sid"], one)), None)
    attributes = {one["type"].native: one["values"] for one in signer["signed_attrs"] or ()}
    state, reason = _judged(signer, certificate, signed, trust)
    when = attributes["signing_time"][0].native if "signing_time" in attributes else None
    told = Signature(
        form="cades" if attributes.keys() & {"signing_certificate", "signing_certificate_v2"} else "cms",
        state=state,
        signed_at=None if when is None else when.isoformat(),
        covers=signed.covers,
        reason=reason,
    )
    mine = None if certificate is None else certificate_of(certificate.dump())
    if mine is None:
        return unproven(told, "its certificate cannot be read") if told.state == "valid" else told
    beside = [one for other in signed.certificates if (one := certificate_of(other.dump())) is not None]
    return signed_by(told, mine, beside, trust)


def _made(sid: Any, certificate: Any) -> bool:  # noqa: ANN401 - the parser has no types
    """Say whether a signer's name for a certificate means this one."""
    if sid.name == "subject_key_identifier":
        return bool(sid.native == certificate.key_identifier)
    named = sid.chosen
    return bool(named["issuer"] == certificate.issuer and named["serial_number"].native == certificate.serial_number)


def _judged(
    signer: Any,  # noqa: ANN401 - the parser has no types
    certificate: Any,  # noqa: ANN401 - the parser has no types
    signed: _Signed,
    trust: Trust,
) -> tuple[SignatureState, str]:
    """Say whether a signature fits its bytes, and why not."""
    names = _algorithms(signer)
    if any(map(is_foreign, names)) and trust.external is not None:
        return _asked(names[1], signed, trust)
    hindered = hindrance(*names) or _unknown(signer)
    if not hindered and certificate is None:
        hindered = "the certificate of the signer is not in it"
    if hindered:
        return "unchecked", hindered
    try:
        intact, fits = _computed(signer, certificate, signed)
    except (AssertionError, _Distrusted) as error:
        return "invalid", str(error) or "the key of the certificate is not of the kind that signed"
    except (UnsupportedAlgorithm, *_ODDITIES) as error:
        return "unchecked", f"it is not built as a signature is: {str(error) or type(error).__name__}"
    if not intact:
        return "invalid", f"the bytes of {', '.join(signed.covers) or 'its content'} are not those that were signed"
    return ("valid", "") if fits else ("invalid", "the signature does not fit the key of its certificate")


class _Distrusted(Exception):
    """Carries what the library finds wrong with a signature that it could read."""


def _computed(signer: Any, certificate: Any, signed: _Signed) -> tuple[bool, bool]:  # noqa: ANN401 - no types
    """Say whether the content is what was signed, and whether the signature fits the key."""
    library = _pyhanko()
    digest = hashlib.new(signer["digest_algorithm"]["algorithm"].native, signed.content).digest()
    try:
        intact, fits = library.validate_sig_integrity(signer, certificate, signed.kind, digest)
    except library.errors.SignatureValidationError as error:
        raise _Distrusted(str(error)) from error
    return bool(intact), bool(fits)


def _unknown(signer: Any) -> str:  # noqa: ANN401 - the parser has no types
    """Name an algorithm that the library does not know: it would call the signature wrong."""
    method = signer["signature_algorithm"]
    known = method["algorithm"].native not in {None, method["algorithm"].dotted}
    return "" if known and method.signature_algo in _METHODS else f"nobody here computes {method['algorithm'].dotted}"


def _algorithms(signer: Any) -> tuple[str, ...]:  # noqa: ANN401 - the parser has no types
    """Name the algorithms of a signer, by identifier and by name; the digest within a signature may be another one."""
    digest, method = signer["digest_algorithm"]["algorithm"], signer["signature_algorithm"]["algorithm"]
    names = [digest.dotted, method.dotted, digest.native, method.native]
    if method.native == "rsassa_pss":
        names.append(signer["signature_algorithm"].hash_algo)
    return tuple(map(str, names))


def _asked(algorithm: str, signed: _Signed, trust: Trust) -> tuple[SignatureState, str]:
    """Ask the outside verifier that the operator named."""
    assert trust.external is not None
    beside = {"".join(signed.covers[:1]): signed.content} if signed.detached else {}
    answer = trust.external.verify(
        Asked(form="cms", algorithm=algorithm, message=signed.blob, signature=signed.blob, beside=beside)
    )
    if answer is None:
        return "unchecked", f"the outside verifier does not know {algorithm} either"
    return ("valid" if answer else "invalid"), "an outside verifier says so"


@cache
def _pyhanko() -> Any:  # noqa: ANN401 - the library has no types
    """Load the library that checks a CMS, when the first one comes: it takes a third of a second."""
    return importlib.import_module("pyhanko.sign.validation.generic_cms")
