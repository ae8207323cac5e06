"""Writes a crossing's papers as one ASiC-E: every member lies under one XAdES signature, in the order given."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from beket.exchange.kit.refusal import Refused
from beket.exchange.kit.writing import Written, group, leaf, message
from beket.exchange.kit.xml import BYTES_MAX
from beket.exchange.signatures.archive import NAME_MAX, leads_nowhere
from beket.exchange.signatures.asic import ASIC_E, META, MIMETYPE, Member
from beket.exchange.signatures.xml_parts import DS, REFERENCES_MAX, XADES

PAPERS_MAX: Final = REFERENCES_MAX - 1
"""Most papers of one container: each is one reference of its signature, which refers to itself too."""

PAPERS_BYTES_MAX: Final = BYTES_MAX // 2
"""Most bytes of all papers together; the rest of what a reader takes is for the signature and the lists."""

SIGNED_AT: Final = "%Y-%m-%dT%H:%M:%SZ"

_ASIC: Final = "http://uri.etsi.org/02918/v1.2.1#"
_LISTING: Final = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_CANONICAL: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
_SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
_PROPERTIES_TYPE: Final = "http://uri.etsi.org/01903#SignedProperties"
_NAMESPACES: Final = {"asic": _ASIC, "ds": DS, "xades": XADES}
_NEVER: Final = (1980, 1, 1, 0, 0, 0)
"""The first moment that a ZIP can name: what is packed has no other, or the same papers would give other bytes."""

_SIGNATURE: Final = "signature"
_PROPERTIES: Final = "properties"
_ANY_TYPE: Final = "application/octet-stream"


class Signer(Protocol):
    """A port for a key that nobody else holds: a card, a module, a service.

    `method` is the address of its algorithm in XML signatures.
    """

    method: str
    certificates: tuple[x509.Certificate, ...]

    def sign(self, octets: bytes) -> bytes:
        """Sign octets, in the form that XML signatures carry."""


def bundle(members: Sequence[Member], signer: Signer, signed_at: datetime) -> bytes:
    """Pack papers, in the order given, and sign all of them; raises Refused for papers that no container can hold."""
    _holdable(members)
    signature = _signed(members, signer, signed_at)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        _pack(archive, MIMETYPE, ASIC_E.encode())
        for one in members:
            _pack(archive, one.name, one.content)
        _pack(archive, f"{META}manifest.xml", _listing(members))
        _pack(archive, f"{META}signatures.xml", signature)
    return packed.getvalue()


def _holdable(members: Sequence[Member]) -> None:
    names = [MIMETYPE, *(one.name for one in members)]
    if not 0 < len(members) <= PAPERS_MAX:
        raise Refused("items", f"{len(members)} papers; a container holds from 1 to {PAPERS_MAX}")
    if sum(len(one.content) for one in members) > PAPERS_BYTES_MAX:
        raise Refused("size", f"the papers have more than {PAPERS_BYTES_MAX} bytes together")
    for one in members:
        if one.name.endswith("/") or not leads_nowhere(one.name) or not f"{one.name}{one.media_type}".isprintable():
            raise Refused("container", "this is no name for a member", one.name[:NAME_MAX])
        if names.count(one.name) > 1 or one.name.startswith(META):
            raise Refused("container", "this name is taken", one.name)


def _pack(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Lay a member down as it is: what is not packed has no version of a packer in its bytes."""
    archive.writestr(zipfile.ZipInfo(name, _NEVER), content, zipfile.ZIP_STORED)


def _signed(members: Sequence[Member], signer: Signer, signed_at: datetime) -> bytes:
    """Write the file of the signature; what is digested and signed is taken from the file as it is read again."""
    properties = tuple(_properties(members, signer, signed_at))
    drawn = _file(signer, "", _info(members, signer, ""), properties)
    digest = _digest(_canonical(drawn, f"{{{XADES}}}SignedProperties"))
    info = _info(members, signer, digest)
    value = signer.sign(_canonical(_file(signer, "", info, properties), f"{{{DS}}}SignedInfo"))
    return _file(signer, base64.b64encode(value).decode(), info, properties)


def _file(signer: Signer, value: str, info: tuple[Written, ...], properties: tuple[Written, ...]) -> bytes:
    texts = (base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in signer.certificates)
    certificates = [one for text in texts for one in leaf("ds:X509Certificate", text)]
    qualified = Written("xades:QualifyingProperties", properties, {"Target": f"#{_SIGNATURE}"})
    signature = (
        *info,
        *leaf("ds:SignatureValue", value),
        *group("ds:KeyInfo", group("ds:X509Data", certificates)),
        *group("ds:Object", (qualified,)),
    )
    return message("asic:XAdESSignatures", _NAMESPACES, (Written("ds:Signature", signature, {"Id": _SIGNATURE}),))


def _info(members: Sequence[Member], signer: Signer, properties_digest: str) -> tuple[Written, ...]:
    return tuple(
        group(
            "ds:SignedInfo",
            leaf("ds:CanonicalizationMethod", "", Algorithm=_CANONICAL),
            leaf("ds:SignatureMethod", "", Algorithm=signer.method),
            (one for at, member in enumerate(members) for one in _reference(at, member)),
            _own_reference(properties_digest),
        )
    )


def _reference(at: int, member: Member) -> Iterator[Written]:
    below = (*leaf("ds:DigestMethod", "", Algorithm=_SHA256), *leaf("ds:DigestValue", _digest(member.content)))
    yield Written("ds:Reference", below, {"Id": f"member-{at}", "URI": quote(member.name)})


def _own_reference(digest: str) -> Iterator[Written]:
    below = (
        *group("ds:Transforms", leaf("ds:Transform", "", Algorithm=_CANONICAL)),
        *leaf("ds:DigestMethod", "", Algorithm=_SHA256),
        *leaf("ds:DigestValue", digest),
    )
    yield Written("ds:Reference", below, {"Type": _PROPERTIES_TYPE, "URI": f"#{_PROPERTIES}"})


def _properties(members: Sequence[Member], signer: Signer, signed_at: datetime) -> Iterator[Written]:
    digest = _digest(signer.certificates[0].public_bytes(Encoding.DER))
    named = group("xades:CertDigest", leaf("ds:DigestMethod", "", Algorithm=_SHA256), leaf("ds:DigestValue", digest))
    kinds = (tuple(leaf("xades:MimeType", one.media_type or _ANY_TYPE)) for one in members)
    formats = (
        Written("xades:DataObjectFormat", kind, {"ObjectReference": f"#member-{at}"}) for at, kind in enumerate(kinds)
    )
    below = (
        *group(
            "xades:SignedSignatureProperties",
            leaf("xades:SigningTime", signed_at.astimezone(UTC).strftime(SIGNED_AT)),
            group("xades:SigningCertificateV2", group("xades:Cert", named)),
        ),
        *group("xades:SignedDataObjectProperties", formats),
    )
    yield Written("xades:SignedProperties", below, {"Id": _PROPERTIES})


def _listing(members: Sequence[Member]) -> bytes:
    kinds = [("/", ASIC_E), *((one.name, one.media_type or _ANY_TYPE) for one in members)]
    root = etree.Element(etree.QName(_LISTING, "manifest"), nsmap={"manifest": _LISTING})
    root.set(etree.QName(_LISTING, "version"), "1.2")
    for name, kind in kinds:
        entry = etree.SubElement(root, etree.QName(_LISTING, "file-entry"))
        entry.set(etree.QName(_LISTING, "media-type"), kind)
        entry.set(etree.QName(_LISTING, "full-path"), name)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _canonical(file: bytes, tag: str) -> bytes:
    """Canonicalise one element of a file, as a reader will."""
    found = next(etree.fromstring(file).iter(tag))
    return etree.tostring(found, method="c14n", exclusive=True, with_comments=False)


def _digest(octets: bytes) -> str:
    return base64.b64encode(hashlib.sha256(octets).digest()).decode()
