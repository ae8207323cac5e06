"""Opens an ASiC container: what lies in it, who signed which of it, and what no signature covers."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from beket.exchange.kit.branch import Branch
from beket.exchange.kit.refusal import Refused
from beket.exchange.kit.xml import opened
from beket.exchange.signatures.algorithms import hindrance
from beket.exchange.signatures.archive import Packed, unpacked
from beket.exchange.signatures.certificates import unproven
from beket.exchange.signatures.cms import opened_cms
from beket.exchange.signatures.trust import Trust
from beket.exchange.signatures.xml import xml_signatures
from beket.exchange.signatures.xml_parts import Part
from beket.words.documents import Remark, Signature

MIMETYPE: Final = "mimetype"
ASIC_E: Final = "application/vnd.etsi.asic-e+zip"
META: Final = "META-INF/"

SIGNATURE_FILES_MAX: Final = 20
"""Most files of signatures in one container; each is allowed its own work."""

_KINDS: Final = frozenset({ASIC_E, "application/vnd.etsi.asic-s+zip"})
_ZIP: Final = b"PK\x03\x04"
_OPEN_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis."
_XADES: Final = re.compile(r"META-INF/[^/]*signatures?[^/]*\.xml", re.IGNORECASE)
_CADES: Final = re.compile(r"META-INF/[^/]*\.p7s", re.IGNORECASE)
_MANIFEST: Final = re.compile(r"META-INF/[^/]*asicmanifest[^/]*\.xml", re.IGNORECASE)
_STAMP: Final = re.compile(r"META-INF/[^/]*\.(tst|er|ers)", re.IGNORECASE)
_CHAIN: Final = re.compile(r"META-INF/[^/]*hash-?chain[^/]*\.xml", re.IGNORECASE)
_DIGESTS: Final[Mapping[str, str]] = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}


class Member(Struct, frozen=True, kw_only=True):
    """One thing that a container carries, and the signatures that cover it."""

    name: str
    content: bytes
    media_type: str | None = None
    signatures: tuple[Signature, ...] = ()


class Container(Struct, frozen=True, kw_only=True):
    """A container opened: what it carries, all signatures in it, and what is odd about it."""

    members: tuple[Member, ...]
    signatures: tuple[Signature, ...]
    remarks: tuple[Remark, ...]


def is_asic(blob: bytes) -> bool:
    """Say whether a ZIP is such a container: by its type, or by the folder that signatures lie in."""
    if not blob.startswith(_ZIP) or _OPEN_DOCUMENT in blob[:100]:
        return False
    return b"application/vnd.etsi.asic" in blob or META.encode() in blob


def opened_asic(blob: bytes, trust: Trust) -> Container:
    """Open a container and check its signatures; one that does not fit its bytes refuses it. Raises Refused."""
    packed = unpacked(blob)
    beside = {one.name: one.content for one in packed}
    carried = {name: content for name, content in beside.items() if name != MIMETYPE and not name.startswith(META)}
    signatures = tuple(_signatures(beside, carried, trust))
    if not signatures:
        raise Refused("signature", "a container without a signature", META)
    if not carried:
        raise Refused("signature", f"there is nothing in it that could be signed: {signatures[0].reason}", META)
    types = _media_types(beside)
    members = tuple(
        Member(name=name, content=content, media_type=types.get(name), signatures=_over(name, signatures))
        for name, content in carried.items()
    )
    return Container(members=members, signatures=signatures, remarks=tuple(_remarks(packed, members)))


def _signatures(beside: Mapping[str, bytes], carried: Mapping[str, bytes], trust: Trust) -> Iterator[Signature]:
    """Check every signature file; raises Refused with the first signature that is wrong, by its file."""
    files = [name for name in beside if _XADES.fullmatch(name) or _CADES.fullmatch(name)]
    if len(files) > SIGNATURE_FILES_MAX:
        raise Refused("items", f"{len(files)} files of signatures; at most {SIGNATURE_FILES_MAX} are read", META)
    for name in files:
        found: tuple[Signature, ...]
        if _XADES.fullmatch(name):
            found = tuple(_chained(one.signature) for one in xml_signatures(beside[name], trust, beside, name))
        else:
            found = _cades(name, beside, carried, trust)
        for one in found:
            if one.state == "invalid":
                raise Refused("signature", one.reason, name)
        yield from found


def _chained(signature: Signature) -> Signature:
    """Say of a signature over a chain of hashes that the chain is not followed: it proves nothing of the members."""
    if signature.state != "valid" or not any(map(_CHAIN.fullmatch, signature.covers)):
        return signature
    return unproven(signature, "signed through a chain of hashes, which is not followed here")


def _cades(name: str, beside: Mapping[str, bytes], carried: Mapping[str, bytes], trust: Trust) -> tuple[Signature, ...]:
    """Check a CMS over a manifest that lists what it signs, or over the one thing that the container carries."""
    manifest = next((one for one in beside if _MANIFEST.fullmatch(one) and _signed_by(beside[one]) == name), None)
    if manifest is None and len(carried) != 1:
        raise Refused("signature", "no manifest says what it signs", name)
    over = manifest or next(iter(carried))
    found = opened_cms(beside[name], trust, beside[over], (over,)).signatures
    if manifest is None:
        return found
    lack, covers = _listed(opened(beside[manifest]), beside, manifest)
    told = (replace(one, covers=covers) for one in found)
    return tuple(unproven(one, lack) if lack and one.state == "valid" else one for one in told)


def _signed_by(manifest: bytes) -> str | None:
    """Say which signature a manifest is for."""
    reference = opened(manifest).one("SigReference").attribute("URI")
    return None if reference is None else _member(reference)


def _listed(manifest: Branch, beside: Mapping[str, bytes], where: str) -> tuple[str, tuple[str, ...]]:
    """Compare what a manifest lists with what is there: say what is lacking, and what is listed; raises Refused."""
    lack, covers = "", []
    for one in manifest.all("DataObjectReference"):
        name = _member(one.attribute("URI") or "")
        method = one.one("DigestMethod").attribute("Algorithm") or ""
        algorithm = _DIGESTS.get(method)
        if name not in beside:
            raise Refused("signature", f"{name}, which it signs, is not here", where)
        covers.append(name)
        if algorithm is None:
            lack = hindrance(method) or f"nobody here computes {method}"
        elif hashlib.new(algorithm, beside[name]).digest() != _digest(one):
            raise Refused("signature", f"the bytes of {name} are not those that were signed", where)
    return lack, tuple(covers)


def _digest(reference: Branch) -> bytes:
    try:
        return base64.b64decode("".join((reference.says("DigestValue") or "").split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _member(uri: str) -> str:
    return Part(uri=uri, transforms=(), digest_method="", digest="").member or ""


def _over(name: str, signatures: tuple[Signature, ...]) -> tuple[Signature, ...]:
    """Give the signatures that cover a member."""
    return tuple(replace(one, whole=one.state == "valid") for one in signatures if name in one.covers)


def _media_types(beside: Mapping[str, bytes]) -> dict[str, str]:
    """Say of what type the container's own list calls its members."""
    listing = beside.get(f"{META}manifest.xml")
    if listing is None:
        return {}
    entries = opened(listing).all("file-entry")
    return {one.attribute("full-path") or "": kind for one in entries if (kind := one.attribute("media-type"))}


def _remarks(packed: tuple[Packed, ...], members: tuple[Member, ...]) -> Iterator[Remark]:
    """Say what is odd about a container and stops nothing."""
    at = next((at for at, one in enumerate(packed) if one.name == MIMETYPE), None)
    if at is None:
        yield Remark(kind="container", detail="its type is not written in it", where=MIMETYPE)
    else:
        said = packed[at].content[:100].decode("utf-8", "replace").strip()
        if said not in _KINDS:
            yield Remark(kind="container", detail=f"its type is said to be {said!r}", where=MIMETYPE)
        if at or not packed[at].stored:
            yield Remark(kind="container", detail="its type is not written first and unpacked", where=MIMETYPE)
    for one in packed:
        if _STAMP.fullmatch(one.name):
            yield Remark(kind="signature", detail="a stamp of time is here and was not checked", where=one.name)
    for member in members:
        if not member.signatures:
            yield Remark(kind="signature", detail="no signature covers it", where=member.name)
