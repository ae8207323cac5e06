"""Checks the seals of an electronic CMR: one compact JWS for each of those who take part, over a copy of the note."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from msgspec import Struct
from msgspec.structs import replace

from beket.exchange.signatures.algorithms import hindrance, is_foreign
from beket.exchange.signatures.certificates import BESIDE_MAX, certificate_from, signed_by
from beket.exchange.signatures.trust import Asked, Trust
from beket.words.documents import Signature, SignatureState

SEALS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "senderSeal": "sender",
        "carrierSeal": "carrier",
        "successiveCarrierSeal": "successive carrier",
        "consigneeSeal": "consignee",
    }
)
"""Whose seal it is, by the name it stands under."""

DIFFERENCES_SHOWN: Final = 5
"""Most fields named in which a note is not what was sealed."""

NESTED_MAX: Final = 64
"""How deep a sealed note is compared."""

_CONSIGNMENT: Final = "ecmrConsignment"
_READ: Final = ("ecmrId", _CONSIGNMENT)
"""What is read of a note, and so has to be what was sealed."""

_DECODER: Final = msgspec.json.Decoder(float_hook=Decimal)
_HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = MappingProxyType(
    {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
)
_CURVES: Final[Mapping[str, str]] = MappingProxyType({"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1"})


class _Seal(Struct, frozen=True, kw_only=True):
    """One compact JWS taken apart."""

    compact: str
    header: Mapping[str, Any]
    payload: bytes
    signed: bytes
    signature: bytes

    @property
    def algorithm(self) -> str:
        """Name its algorithm."""
        return str(self.header.get("alg", ""))

    @property
    def chain(self) -> list[x509.Certificate]:
        """Give the certificates in it; a key or an address of one is nobody's name, and is never followed."""
        named = self.header.get("x5c")
        texts = named[:BESIDE_MAX] if isinstance(named, list) else []
        return [one for text in texts if (one := certificate_from(str(text))) is not None]


def mentions_seal(blob: bytes) -> bool:
    """Say by a search whether JSON may hold a seal at all."""
    return b'Seal"' in blob


def seal_signatures(blob: bytes, trust: Trust) -> tuple[Signature, ...]:
    """Check every seal of a note that was read; raises nothing, for what is no seal is told as unchecked."""
    try:
        said = _DECODER.decode(blob.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    if not isinstance(said, dict):
        return ()
    return tuple(_checked(role, said[name], said, trust) for name, role in SEALS.items() if said.get(name))


def _checked(role: str, one: object, said: Mapping[str, Any], trust: Trust) -> Signature:
    compact = one.get("seal") if isinstance(one, dict) else one
    told = Signature(form="jws", state="unchecked", role=role)
    seal = _parted(compact) if isinstance(compact, str) else None
    if seal is None:
        return replace(told, reason="it is no compact JWS")
    state, reason = _judged(seal, trust)
    covers, lack = _compared(seal.payload, said)
    when = _signed_at(seal.header)
    told = replace(told, state=state, signed_at=when, covers=covers, whole=not lack, reason=_both(reason, lack))
    chain = seal.chain
    return signed_by(told, chain[0], chain[1:], trust) if chain else told


def _parted(compact: str) -> _Seal | None:
    try:
        first, second, third = compact.split(".")
        header = _DECODER.decode(_bytes(first))
        if not isinstance(header, dict):
            return None
        signed = f"{first}.{second}".encode("ascii")
        return _Seal(compact=compact, header=header, payload=_bytes(second), signed=signed, signature=_bytes(third))
    except (ValueError, RecursionError, binascii.Error, msgspec.DecodeError):
        return None


def _bytes(text: str) -> bytes:
    return base64.b64decode(text.translate(_URL_SAFE) + "=" * (-len(text) % 4), validate=True)


_URL_SAFE: Final = str.maketrans("-_", "+/")


def _judged(seal: _Seal, trust: Trust) -> tuple[SignatureState, str]:
    """Say whether a seal fits its bytes, and why not."""
    if seal.algorithm.lower() == "none":
        return "invalid", "it says itself that nobody signed it (alg: none)"
    if is_foreign(seal.algorithm) and trust.external is not None:
        return _asked(seal, trust)
    hindered = _hindrance(seal)
    if hindered:
        return ("invalid" if seal.algorithm.startswith("HS") else "unchecked"), hindered
    try:
        _CHECKS[seal.algorithm[:2]](seal, _HASHES[seal.algorithm[2:]])
    except InvalidSignature as error:
        return "invalid", str(error) or "the signature does not fit the key of its certificate"
    except (UnsupportedAlgorithm, ValueError) as error:
        return "unchecked", f"the key of its certificate cannot be read: {error}"
    return "valid", ""


def _hindrance(seal: _Seal) -> str:
    """Say why nobody here can check a seal; nothing where somebody can."""
    if not seal.algorithm:
        return "it names no algorithm"
    if "crit" in seal.header:
        return "it demands something that nobody here knows (crit)"
    if seal.algorithm[:2] not in _CHECKS or seal.algorithm[2:] not in _HASHES:
        return hindrance(seal.algorithm) or f"nobody here computes {seal.algorithm!r}"
    return "" if seal.chain else "it brings no certificate (x5c)"


def _rsa(seal: _Seal, digest: hashes.HashAlgorithm) -> None:
    key = seal.chain[0].public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise InvalidSignature(f"the key of the certificate is not one for {seal.algorithm}")
    pss = padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
    key.verify(seal.signature, seal.signed, pss if seal.algorithm[0] == "P" else padding.PKCS1v15(), digest)


def _elliptic(seal: _Seal, digest: hashes.HashAlgorithm) -> None:
    key = seal.chain[0].public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != _CURVES[seal.algorithm]:
        raise InvalidSignature(f"the key of the certificate is not one for {seal.algorithm}")
    size = (key.curve.key_size + 7) // 8
    if len(seal.signature) != 2 * size:
        raise InvalidSignature(f"{len(seal.signature)} bytes are no signature of {seal.algorithm}")
    r, s = (int.from_bytes(half, "big") for half in (seal.signature[:size], seal.signature[size:]))
    key.verify(utils.encode_dss_signature(r, s), seal.signed, ec.ECDSA(digest))


_CHECKS: Final[Mapping[str, Callable[[_Seal, hashes.HashAlgorithm], None]]] = MappingProxyType(
    {"RS": _rsa, "PS": _rsa, "ES": _elliptic}
)


def _asked(seal: _Seal, trust: Trust) -> tuple[SignatureState, str]:
    """Ask the outside verifier that the operator named."""
    assert trust.external is not None
    compact = seal.compact.encode("ascii")
    answer = trust.external.verify(
        Asked(form="jws", algorithm=seal.algorithm, message=compact, signature=compact, beside={})
    )
    if answer is None:
        return "unchecked", f"the outside verifier does not know {seal.algorithm} either"
    return ("valid" if answer else "invalid"), "an outside verifier says so"


def _compared(payload: bytes, said: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    """Say what of the note lies under a seal, and where the note is another than was sealed."""
    try:
        sealed = _note(_DECODER.decode(payload))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        sealed = {}
    note = _note(said)
    if not sealed:
        return (), "what it seals is not laid out as a note, and was not compared with it"
    odd = sorted(path for name in _READ for path in _differences(sealed.get(name), note.get(name), name, NESTED_MAX))
    covers = tuple(name for name in _READ if name in sealed)
    if not odd:
        return covers, ""
    shown = ", ".join(odd[:DIFFERENCES_SHOWN]) + (" and others" if len(odd) > DIFFERENCES_SHOWN else "")
    return covers, f"the note is not as it was sealed: {shown}"


def _note(said: object) -> Mapping[str, Any]:
    """Find a note where it may stand: by itself, or under the name of the whole."""
    for _ in range(2):
        if not isinstance(said, dict):
            break
        if isinstance(said.get(_CONSIGNMENT), dict):
            return said
        said = said.get("ecmr")
    return {}


def _differences(sealed: object, now: object, path: str, depth: int) -> Iterator[str]:
    """Name every field that is not the same; one that is empty and one that is not there are."""
    if isinstance(sealed, dict) and isinstance(now, dict) and depth:
        for name in sorted(sealed.keys() | now.keys()):
            yield from _differences(sealed.get(name), now.get(name), f"{path}/{name}", depth - 1)
    elif isinstance(sealed, list) and isinstance(now, list) and depth and len(sealed) == len(now):
        for at, (old, new) in enumerate(zip(sealed, now, strict=True), 1):
            yield from _differences(old, new, f"{path}[{at}]", depth - 1)
    elif sealed != now and not (_empty(sealed) and _empty(now)):
        yield path


def _empty(value: object) -> bool:
    return value is None or value in ({}, [])


def _signed_at(header: Mapping[str, Any]) -> str | None:
    """Give the moment that the signed header claims, as JAdES (`sigT`) or JWT (`iat`) write it."""
    written, seconds = header.get("sigT"), header.get("iat")
    if isinstance(written, str):
        return written
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return None


def _both(*reasons: str) -> str:
    return "; ".join(filter(None, reasons))
