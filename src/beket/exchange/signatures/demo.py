"""A signer for demonstrations, with an authority made on the spot: both names say that they stand for nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import NameOID

AUTHORITY: Final = "DEMO ONLY (no legal force): Beket demonstration authority"
SIGNER: Final = "DEMO ONLY (no legal force): Beket demonstration signer"

IN_FORCE: Final = timedelta(days=30)
"""How long a demonstration may go on."""

_CURVE: Final = ec.SECP256R1()
_OCTETS: Final = 32


class DemoSigner:
    """Signs with a key that lives as long as this object; `anchor` is what its readers would have to trust."""

    method = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"

    def __init__(self, key: ec.EllipticCurvePrivateKey, mine: x509.Certificate, anchor: x509.Certificate) -> None:
        self._key = key
        self.certificates: tuple[x509.Certificate, ...] = (mine,)
        self.anchor = anchor

    def sign(self, octets: bytes) -> bytes:
        """Sign octets; XML signatures carry the two numbers one behind the other."""
        r, s = utils.decode_dss_signature(self._key.sign(octets, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(_OCTETS, "big") + s.to_bytes(_OCTETS, "big")


def demo_signer(made_at: datetime) -> DemoSigner:
    """Make an authority and a signer of it, in force from a moment on; their keys are new each time."""
    authority, key = ec.generate_private_key(_CURVE), ec.generate_private_key(_CURVE)
    anchor = _certificate(AUTHORITY, authority, authority, made_at, authority=True)
    return DemoSigner(key, _certificate(SIGNER, key, authority, made_at, authority=False), anchor)


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, made_at: datetime, *, authority: bool
) -> x509.Certificate:
    issuer = x509.SubjectKeyIdentifier.from_public_key(by.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, AUTHORITY)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(made_at)
        .not_valid_after(made_at + IN_FORCE)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(usage(authority=authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer), critical=False)
        .sign(by, hashes.SHA256())
    )


def usage(*, authority: bool) -> x509.KeyUsage:
    """Say what a key is for: an authority signs certificates, a signer papers."""
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
