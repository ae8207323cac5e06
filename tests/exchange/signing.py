"""Authorities, signers and signed messages made for a test: keys of nobody, gone when it ends."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID
from lxml import etree
from msgspec import Struct
from signxml.algorithms import SignatureConstructionMethod
from signxml.signer import XMLSigner
from signxml.xades.xades import XAdESSigner

from beket.exchange.signatures.trust import Trust

NOW: Final = datetime.now(UTC).replace(microsecond=0)
"""When the tests were gathered; some libraries that sign here write the moment of signing by themselves."""

DECLARATION: Final = (
    b'<ESADout_CU DocumentModeID="1006107E"><CustomsProcedure>\xd0\x98\xd0\x9c</CustomsProcedure></ESADout_CU>'
)

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Holder(Struct, frozen=True, kw_only=True):
    """Somebody with a key and a certificate."""

    key: Key
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


@cache
def rsa_key(number: int = 0) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def ec_key(number: int = 0) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def authority(name: str = "Trial Authority", above: str | None = None) -> Holder:
    """Give an authority that vouches for itself, or that another one vouches for."""
    key, by = ec_key(hash(name)), ec_key(hash(above or name))
    return Holder(key=key, certificate=_certificate(name, key, above or name, by, (-400, 400), ca=True))


def holder(
    name: str = "Проба Подписантова",
    days: tuple[int, int] = (-10, 10),
    key: Key | None = None,
    by: Holder | None = None,
) -> Holder:
    """Give somebody a certificate in force from some days before to some days after now."""
    mine, issuer = key or ec_key(1), by or authority()
    above = issuer.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    return Holder(key=mine, certificate=_certificate(name, mine, str(above), issuer.key, days))


def trusted(*holders: Holder) -> Trust:
    anchors = tuple(one.certificate for one in holders or (authority(),))
    return Trust(anchors=anchors, judged_at=datetime.now(UTC))


def _certificate(
    name: str, key: Key, issuer: str, by: Key, days: tuple[int, int], *, ca: bool = False
) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(by, hashes.SHA256())
    )


def enveloped(who: Holder, blob: bytes = DECLARATION, *, xades: bool = True, reference: str | None = None) -> bytes:
    """Sign a message from within, whole or one part of it."""
    how = "ecdsa-sha256" if isinstance(who.key, ec.EllipticCurvePrivateKey) else "rsa-sha256"
    signer: Any = (XAdESSigner if xades else XMLSigner)(signature_algorithm=how)
    root = signer.sign(
        etree.fromstring(blob), key=who.key, cert=[who.certificate], reference_uri=reference, always_add_key_value=False
    )
    return etree.tostring(root, encoding="UTF-8")


def enveloping(who: Holder, blob: bytes = DECLARATION) -> bytes:
    """Sign a message that the signature encloses."""
    signer = XMLSigner(method=SignatureConstructionMethod.enveloping, signature_algorithm="ecdsa-sha256")
    return etree.tostring(signer.sign(etree.fromstring(blob), key=who.key, cert=[who.certificate]), encoding="UTF-8")


def cms(who: Holder, content: bytes = DECLARATION, *options: pkcs7.PKCS7Options) -> bytes:
    """Wrap content, or leave it beside."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(who.certificate, who.key, hashes.SHA256())
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary, *options])


def jws(who: Holder, payload: object, alg: str = "RS256", **more: object) -> str:
    """Seal a payload as a compact JWS."""
    header: dict[str, object] = {"alg": alg, "x5c": [base64.b64encode(who.der).decode()], **more}
    signed = f"{_url(msgspec.json.encode(header))}.{_url(msgspec.json.encode(payload))}"
    return f"{signed}.{_url(_raw(who.key, signed.encode(), alg))}"


def _raw(key: Key, signed: bytes, alg: str) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = utils.decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    return key.sign(signed, pss if alg.startswith("PS") else padding.PKCS1v15(), hashes.SHA256())


def _url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def zipped(members: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack members in the order given."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, how)
    return packed.getvalue()


def unzipped(blob: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(blob)) as archive:
        return {one: archive.read(one) for one in archive.namelist()}
