"""CMS around a document or beside one: opened, checked, refused where it does not fit."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest
from asn1crypto import cms as asn1  # type: ignore[import-untyped]
from asn1crypto import keys
from asn1crypto import x509 as asn1x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs7
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from beket.exchange.reading import read_documents
from beket.exchange.signatures.cms import opened_cms
from beket.exchange.signatures.trust import NOBODY, Asked, Trust
from beket.words.documents import Signature
from tests.exchange.given import refusal
from tests.exchange.signing import DECLARATION, authority, cms, ec_key, holder, rsa_key, trusted


def only(blob: bytes, trust: Trust = NOBODY) -> Signature:
    found = read_documents(blob, None, trust)
    assert isinstance(found, tuple), found
    (one,) = found[0].signatures
    return one


def altered(blob: bytes, **algorithms: str) -> bytes:
    """Write another algorithm into a CMS."""
    outer: Any = asn1.ContentInfo.load(blob)
    signer = outer["content"]["signer_infos"][0]
    for name, oid in algorithms.items():
        signer[name] = {"algorithm": oid}
    return bytes(outer.dump(force=True))


@pytest.mark.parametrize("key", [rsa_key(), ec_key(1)], ids=["RSA", "ECDSA"])
def test_a_document_in_a_cms_is_read_and_its_signer_told(key: object) -> None:
    one = only(cms(holder(key=key)), trusted())  # type: ignore[arg-type]
    assert (one.form, one.state, one.trusted, one.in_force, one.whole) == ("cms", "valid", True, True, True)
    assert (one.signer, one.covers) == ("CN=Проба Подписантова", ("content",))
    assert one.signed_at is not None


def test_a_signature_that_names_its_certificate_under_itself_is_cades() -> None:
    who = holder(key=rsa_key())
    signer = signers.SimpleSigner(
        signing_cert=asn1x509.Certificate.load(who.der),
        signing_key=keys.PrivateKeyInfo.load(
            who.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        ),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )
    signed = asyncio.run(signer.async_sign_general_data(DECLARATION, "sha256", detached=False))
    one = only(signed.dump(), trusted())
    assert (one.form, one.state, one.trusted, one.whole) == ("cades", "valid", True, True)
    other = altered_certificate(signed.dump(), holder(key=rsa_key()).der)
    assert refusal(other).kind == "signature"


def altered_certificate(blob: bytes, der: bytes) -> bytes:
    """Put another certificate of the same key beside a signature that names its own."""
    outer: Any = asn1.ContentInfo.load(blob)
    inner, other = outer["content"], asn1x509.Certificate.load(der)
    inner["certificates"] = [asn1.CertificateChoices({"certificate": other})]
    inner["signer_infos"][0]["sid"] = asn1.SignerIdentifier(
        {"issuer_and_serial_number": {"issuer": other.issuer, "serial_number": other.serial_number}}
    )
    return bytes(outer.dump(force=True))


def test_a_cms_may_be_written_in_letters() -> None:
    armour = b"-----BEGIN CMS-----\n%s-----END CMS-----\n" % base64.encodebytes(cms(holder()))
    assert only(armour).state == "valid"


def test_a_document_may_lie_in_two() -> None:
    found = read_documents(cms(holder("outer"), cms(holder("inner"))))
    assert isinstance(found, tuple)
    assert [one.signer for one in found[0].signatures] == ["CN=inner", "CN=outer"]


def test_a_document_in_too_many_is_refused() -> None:
    blob = DECLARATION
    for _ in range(5):
        blob = cms(holder(), blob)
    assert refusal(blob).kind == "depth"


def test_without_signed_attributes_the_content_itself_is_signed() -> None:
    assert only(cms(holder(), DECLARATION, pkcs7.PKCS7Options.NoAttributes)).state == "valid"


@pytest.mark.parametrize("plain", [False, True])
def test_a_changed_document_is_refused(plain: bool) -> None:
    options = [pkcs7.PKCS7Options.NoAttributes] if plain else []
    found = refusal(cms(holder(), DECLARATION, *options).replace("ИМ".encode(), "ЭК".encode()))
    assert found.kind == "signature"


def test_a_signature_of_another_key_is_refused() -> None:
    mine, other = holder(), holder("Проба Подписантова", key=ec_key(5))
    outer: Any = asn1.ContentInfo.load(cms(mine))
    theirs: Any = asn1.ContentInfo.load(cms(other))
    outer["content"]["signer_infos"][0]["signature"] = theirs["content"]["signer_infos"][0]["signature"].native
    assert refusal(bytes(outer.dump(force=True))).kind == "signature"


def test_of_two_signers_the_bad_one_refuses_the_document() -> None:
    first, second = holder("first"), holder("second", key=ec_key(6))
    builder = pkcs7.PKCS7SignatureBuilder().set_data(DECLARATION)
    for who in (first, second):
        builder = builder.add_signer(who.certificate, who.key, hashes.SHA256())
    blob = builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    found = read_documents(blob)
    assert isinstance(found, tuple)
    assert [one.state for one in found[0].signatures] == ["valid", "valid"]
    outer: Any = asn1.ContentInfo.load(blob)
    signature = outer["content"]["signer_infos"][1]["signature"].native
    assert refusal(blob.replace(signature, signature[:-1] + bytes([signature[-1] ^ 1]))).kind == "signature"


@pytest.mark.parametrize(
    ("algorithms", "reason"),
    [
        ({"digest_algorithm": "1.3.14.3.2.26"}, "too weak"),
        ({"signature_algorithm": "1.2.643.7.1.1.3.2"}, "GOST"),
        ({"digest_algorithm": "1.2.643.7.1.1.2.2"}, "GOST"),
        ({"signature_algorithm": "1.2.3.4"}, "nobody here computes 1.2.3.4"),
    ],
)
def test_what_nobody_here_can_check_is_told_with_the_reason(algorithms: dict[str, str], reason: str) -> None:
    one = only(altered(cms(holder()), **algorithms), trusted())
    assert (one.state, one.trusted, one.whole) == ("unchecked", False, False)
    assert reason in one.reason


def test_an_outside_verifier_is_asked_about_gost() -> None:
    class Verifier:
        def verify(self, asked: Asked) -> bool | None:
            return asked.form == "cms" and asked.algorithm == "1.2.643.7.1.1.3.2"

    one = only(altered(cms(holder()), signature_algorithm="1.2.643.7.1.1.3.2"), Trust(external=Verifier()))
    assert (one.state, one.reason.split(";")[0]) == ("valid", "an outside verifier says so")


def test_an_expired_certificate_is_told() -> None:
    one = only(cms(holder(days=(-20, -5))), trusted())
    assert (one.state, one.trusted, one.in_force) == ("valid", True, False)


def test_who_signs_without_a_certificate_is_not_checked() -> None:
    one = only(cms(holder(), DECLARATION, pkcs7.PKCS7Options.NoCerts))
    assert (one.state, one.signer, one.reason) == ("unchecked", None, "the certificate of the signer is not in it")


def test_a_signature_alone_is_no_document() -> None:
    blob = cms(holder(), DECLARATION, pkcs7.PKCS7Options.DetachedSignature)
    assert refusal(blob).kind == "container"
    (beside,) = opened_cms(blob, trusted(authority()), DECLARATION, ("declaration.xml",)).signatures
    assert (beside.state, beside.covers) == ("valid", ("declaration.xml",))
    (other,) = opened_cms(blob, NOBODY, b"another", ("declaration.xml",)).signatures
    assert (other.state, other.reason) == (
        "invalid",
        "the bytes of declaration.xml are not those that were signed",
    )


@pytest.mark.parametrize("cut", [20, 200, 600])
def test_a_cms_that_is_cut_off_is_refused(cut: int) -> None:
    assert refusal(cms(holder())[:cut]).kind == "malformed"
