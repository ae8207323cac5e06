"""Signs with a key that lies in a file of the node: for a house that has no card and no module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"


class KeyTrouble(ValueError):
    """A key or its certificate cannot be used; the message says which and why."""


class KeySigner:
    """Signs with a private key; the first certificate is the key's own, the others lead from it to an anchor."""

    def __init__(self, method: str, certificates: tuple[x509.Certificate, ...], sign: Callable[[bytes], bytes]) -> None:
        self.method = method
        self.certificates = certificates
        self._sign = sign

    def sign(self, octets: bytes) -> bytes:
        """Sign octets, in the form that XML signatures carry."""
        return self._sign(octets)


def key_signer(key: bytes, certificates: bytes) -> KeySigner:
    """Open a key (PEM, without a password) and its certificates (PEM, its own first). Raises KeyTrouble."""
    try:
        private, chain = load_pem_private_key(key, None), x509.load_pem_x509_certificates(certificates)
    except (ValueError, TypeError) as error:
        raise KeyTrouble(f"the signer's key or certificate cannot be read: {error}") from error
    if _public(private.public_key()) != _public(chain[0].public_key()):
        raise KeyTrouble("the signer's certificate is not that of its key")
    if isinstance(private, rsa.RSAPrivateKey):
        return KeySigner(_MORE + "rsa-sha256", tuple(chain), _rsa(private))
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return KeySigner(_MORE + "ecdsa-sha256", tuple(chain), _ecdsa(private))
    raise KeyTrouble("the signer's key is neither RSA nor of an elliptic curve")


def _public(key: object) -> bytes:
    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return encoded


def _rsa(key: rsa.RSAPrivateKey) -> Callable[[bytes], bytes]:
    return lambda octets: key.sign(octets, padding.PKCS1v15(), hashes.SHA256())


def _ecdsa(key: ec.EllipticCurvePrivateKey) -> Callable[[bytes], bytes]:
    """XML signatures carry the two numbers of an ECDSA one behind the other, each as long as the curve's order."""
    size = (key.curve.key_size + 7) // 8

    def sign(octets: bytes) -> bytes:
        r, s = utils.decode_dss_signature(key.sign(octets, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    return sign
