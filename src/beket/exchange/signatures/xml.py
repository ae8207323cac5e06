"""Checks signatures in XML (XMLDSig, XAdES) by their bytes alone: no network, no key that only names itself."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature as WrongSignature
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import Hash
from lxml import etree
from msgspec import Struct
from msgspec.structs import replace
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidSignature, SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier
from signxml.xades.xades import XAdESVerifier

from beket.exchange.kit.refusal import Refused
from beket.exchange.signatures.algorithms import hindrance
from beket.exchange.signatures.certificates import BESIDE_MAX, certificate_from, signed_by
from beket.exchange.signatures.trust import Asked, Trust
from beket.exchange.signatures.xml_parts import (
    BASE64,
    DS,
    MANIFEST,
    SIGNATURE,
    XADES,
    Claim,
    Part,
    Path,
    claims_in,
    elements_by_id,
    parts_of,
    path_of,
    tree_of,
)
from beket.words.documents import Signature, SignatureForm, SignatureState

SIGNATURES_MAX: Final = 50
"""Most signatures of one message that are checked."""

WORK_BYTES_MAX: Final = 128 * 1024 * 1024
"""Most bytes that all references of one message may make us digest: a small message can ask for the same part often."""

_COUNTED: Final = re.compile(r"Digest mismatch for reference (\d{1,4}) ")
_METHODS: Final = frozenset(one for one in SignatureMethod if "SHA1" not in one.name and "HMAC" not in one.name)
_TROUBLES: Final = (
    SignXMLException,
    UnsupportedAlgorithm,
    etree.LxmlError,
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    TypeError,
    ValueError,
)
"""What the library raises where a signature is not built as it expects; it has no one kind for that."""


class XmlSignature(Struct, frozen=True, kw_only=True):
    """A signature, where it lies in its message, and which elements of that message it really covers."""

    signature: Signature
    place: Path
    line: int = 0
    reaches: tuple[Path, ...] = ()


class _Verdict(Struct, frozen=True):
    """What the mathematics came to."""

    state: SignatureState
    reason: str = ""


class _XmlVerifier(XMLVerifier):
    """Checks the signature at one place among all of a message: the library itself would take the first."""

    place = 0

    def _get_signature(self, root: etree._Element) -> etree._Element:
        return list(root.iter(SIGNATURE))[self.place]


class _XadesVerifier(XAdESVerifier):
    """Does the same for XAdES; what is not signed may look as its program likes: only XMLDSig is asked of it."""

    place = 0
    schema_files = XMLVerifier.schema_files

    def _get_signature(self, root: etree._Element) -> etree._Element:
        return list(root.iter(SIGNATURE))[self.place]


def mentions_signature(blob: bytes) -> bool:
    """Say by a search whether XML may hold a signature at all; nearly none does, and then nothing more is done."""
    plain = blob.replace(b"\x00", b"") if b"\x00" in blob[:4] else blob
    return DS.encode() in plain


def xml_signatures(
    blob: bytes, trust: Trust, members: Mapping[str, bytes] | None = None, where: str = ""
) -> tuple[XmlSignature, ...]:
    """Check every signature in a message; `members` are what lies beside it in a container. Raises Refused."""
    root = tree_of(blob, where)
    claims = claims_in(root)
    if len(claims) > SIGNATURES_MAX:
        raise Refused("items", f"{len(claims)} signatures; at most {SIGNATURES_MAX} are checked", where)
    work = len(blob) * (len(claims) + sum(len(claim.parts) for claim in claims))
    work += sum(len((members or {}).get(one.member or "", b"")) for claim in claims for one in claim.parts)
    if work > WORK_BYTES_MAX:
        raise Refused("size", f"its signatures refer to {work} bytes; at most {WORK_BYTES_MAX} are digested", where)
    message = _Message(root=root, blob=blob, members=members)
    return tuple(_checked(claim, at, message, trust) for at, claim in enumerate(claims))


class _Message(Struct, frozen=True, kw_only=True):
    """What a signature came in."""

    root: etree._Element
    blob: bytes
    members: Mapping[str, bytes] | None


def _checked(claim: Claim, at: int, message: _Message, trust: Trust) -> XmlSignature:
    listed, manifests = _listed(claim, message)
    parts = tuple(one for one in (*claim.parts, *listed) if not one.own and _tag(one) != MANIFEST)
    chain = _certificates(claim.element)
    verdict = _judged(claim, at, message, chain, trust)
    verdict = manifests if verdict.state == "valid" and manifests.state != "valid" else verdict
    if verdict.state == "valid" and not parts:
        verdict = _Verdict("unchecked", "it covers nothing but itself")
    form: SignatureForm = "xmldsig" if claim.properties is None else "xades"
    told = Signature(
        form=form,
        state=verdict.state,
        role=_property(claim, "ClaimedRole"),
        signed_at=_property(claim, "SigningTime"),
        covers=tuple(one.title for one in parts),
        reason=verdict.reason,
    )
    if chain:
        told = signed_by(told, chain[0], chain[1:], trust)
    elif verdict.state == "valid":
        told = replace(told, reason="a bare key signed, which names nobody")
    reached = (one.element for one in parts if one.element is not None and BASE64 not in one.transforms)
    return XmlSignature(
        signature=told,
        place=claim.place,
        line=claim.element.sourceline or 0,
        reaches=tuple(path_of(one) for one in reached),
    )


def _judged(claim: Claim, at: int, message: _Message, chain: Sequence[x509.Certificate], trust: Trust) -> _Verdict:
    """Say whether a signature fits its bytes."""
    if claim.foreign and trust.external is not None:
        return _asked(claim, message, trust)
    if claim.hindrance:
        return _Verdict("unchecked", claim.hindrance)
    keys = {one.tag for one in claim.element.iterfind(f"{{{DS}}}KeyInfo/*")}
    if not chain and (f"{{{DS}}}KeyValue" not in keys or f"{{{DS}}}X509Data" in keys):
        return _Verdict("unchecked", "it brings no certificate that can be read, and no key of its own")
    for part in claim.parts:
        if part.member is not None and part.member not in (message.members or {}):
            state: SignatureState = "unchecked" if message.members is None else "invalid"
            return _Verdict(state, f"{part.member}, which it signs, is not here")
    return _computed(claim, at, message, chain)


def _computed(claim: Claim, at: int, message: _Message, chain: Sequence[x509.Certificate]) -> _Verdict:
    verifier = _XmlVerifier() if claim.properties is None or not chain else _XadesVerifier()
    verifier.place = at
    certificate = chain[0] if chain else None
    try:
        verifier.verify(
            message.root,
            x509_cert=certificate,
            uri_resolver=_Members(claim.parts, message.members or {}),
            expect_config=_asked_of(certificate),
        )
    except (InvalidSignature, WrongSignature) as error:
        return _Verdict("invalid", _wrong(str(error), claim.parts))
    except _TROUBLES as error:
        return _Verdict("unchecked", f"it is not built as a signature is: {str(error) or type(error).__name__}")
    return _Verdict("valid")


def _wrong(said: str, parts: Sequence[Part]) -> str:
    """Say what does not fit; the library counts the references, people know them by name."""
    counted = _COUNTED.match(said)
    if counted is None or int(counted[1]) >= len(parts):
        return said or "the signature does not fit its key"
    return f"the bytes of {parts[int(counted[1])].title} are not those that were signed"


def _asked_of(certificate: x509.Certificate | None) -> SignatureConfiguration:
    """Ask for the mathematics alone: at a moment within the certificate's time, whose own question comes later."""
    return SignatureConfiguration(
        require_x509=certificate is not None,
        expect_references=True,
        signature_methods=_METHODS,
        ignore_ambiguous_key_info=True,
        verification_time=None if certificate is None else certificate.not_valid_before_utc,
        default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
    )


class _Members:
    """Finds what a reference names beside the message, as bytes, or as XML where it is digested as such."""

    def __init__(self, parts: Iterable[Part], members: Mapping[str, bytes]) -> None:
        self.parts = {one.uri: one for one in parts}
        self.members = members

    def __call__(self, uri: str) -> Any:  # noqa: ANN401 - the library takes bytes or an element
        part = self.parts[uri]
        content = self.members[part.member or ""]
        return tree_of(content, part.title) if part.canonical else content


def _listed(claim: Claim, message: _Message) -> tuple[tuple[Part, ...], _Verdict]:
    """Give the parts that a signed manifest lists, and say whether its digests fit what lies beside the message."""
    manifests = [one.element for one in claim.parts if one.element is not None and one.element.tag == MANIFEST]
    if not manifests:
        return (), _Verdict("valid")
    named = elements_by_id(message.root)
    parts = tuple(part for one in manifests for part in parts_of(one, named))
    verdicts = [_digested(part, message.members) for part in parts]
    worst = next((one for one in verdicts if one.state == "invalid"), None)
    return parts, worst or next((one for one in verdicts if one.state != "valid"), _Verdict("valid"))


def _digested(part: Part, members: Mapping[str, bytes] | None) -> _Verdict:
    weak = hindrance(part.digest_method)
    if weak:
        return _Verdict("unchecked", weak)
    if part.member is None or part.transforms or members is None:
        return _Verdict("unchecked", f"its manifest lists {part.title} in a way that is not followed here")
    if part.member not in members:
        return _Verdict("invalid", f"{part.member}, which it signs, is not here")
    try:
        digest = Hash(DigestAlgorithm(part.digest_method).implementation())
        wanted = base64.b64decode("".join(part.digest.split()), validate=True)
    except (SignXMLException, binascii.Error, ValueError) as error:
        return _Verdict("unchecked", f"its manifest cannot be followed: {error}")
    digest.update(members[part.member])
    if digest.finalize() != wanted:
        return _Verdict("invalid", f"the bytes of {part.member} are not those that were signed")
    return _Verdict("valid")


def _asked(claim: Claim, message: _Message, trust: Trust) -> _Verdict:
    """Ask the outside verifier that the operator named."""
    assert trust.external is not None
    answer = trust.external.verify(
        Asked(
            form="xmldsig" if claim.properties is None else "xades",
            algorithm=claim.method,
            message=message.blob,
            signature=etree.tostring(claim.element, with_tail=False),
            beside=message.members or {},
        )
    )
    if answer is None:
        return _Verdict("unchecked", f"the outside verifier does not know {claim.method} either")
    return (
        _Verdict("valid", "an outside verifier says so")
        if answer
        else _Verdict("invalid", "an outside verifier says so")
    )


def _certificates(element: etree._Element) -> list[x509.Certificate]:
    """Give the certificates that came along, first the one that none of the others was issued by."""
    texts = element.findall(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate")[:BESIDE_MAX]
    found = [one for text in texts if (one := certificate_from(text.text or "")) is not None]
    issuers = {one.issuer.public_bytes() for one in found if one.issuer != one.subject}
    return sorted(found, key=lambda one: one.subject.public_bytes() in issuers)


def _property(claim: Claim, name: str) -> str | None:
    """Give a signed property of XAdES."""
    found = None if claim.properties is None else next(claim.properties.iter(f"{{{XADES}}}{name}"), None)
    return ((found.text or "").strip() or None) if found is not None else None


def _tag(part: Part) -> str:
    return "" if part.element is None else str(part.element.tag)
