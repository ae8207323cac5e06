"""What signs slips: the house's own key where it is one that fits, else the node's demonstration key."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from beket.app.slips import checked_slip, lend_slips, own_certificate
from beket.settings import Settings
from beket.web import slipping
from beket.web.slipping import CannotSeal, Slips
from tests.words.slips import PRINTED, slip

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def kept_in(folder: Path, key: Key) -> Settings:
    """Settings that name a key in a file, with a certificate for it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the house")])
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    certificate = made.serial_number(1).not_valid_before(moment).not_valid_after(moment.replace(year=2036))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "own.pem").write_bytes(certificate.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    return Settings(
        data_dir=str(folder / "data"), signer_key=str(folder / "key.pem"), signer_certificate=str(folder / "own.pem")
    )


def lent(settings: Settings) -> Slips:
    lend_slips(settings)
    slips = slipping.the_slips()
    slipping.forget(slips)
    return slips


def test_the_houses_own_key_signs(tmp_path: Path) -> None:
    settings = kept_in(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    slips = lent(settings)
    found = slips.check(slips.seal(slip()), PRINTED)
    assert (found.verdict, found.ours, slips.demo) == ("good", True, False)
    assert own_certificate(settings).read_bytes() == (tmp_path / "own.pem").read_bytes()


@pytest.mark.parametrize(
    "key", [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1())], ids=["RSA", "P-384"]
)
def test_a_key_whose_signatures_do_not_fit_says_so(tmp_path: Path, key: Key) -> None:
    with pytest.raises(CannotSeal, match="P-256"):
        lent(kept_in(tmp_path, key)).seal(slip())


def test_a_key_that_is_away_says_so(tmp_path: Path) -> None:
    settings = kept_in(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    (tmp_path / "key.pem").unlink()
    with pytest.raises(CannotSeal, match="signer_key"):
        lent(settings).seal(slip())


def test_without_one_the_nodes_demonstration_key_signs_and_is_known_for_good(tmp_path: Path) -> None:
    slips = lent(Settings(data_dir=str(tmp_path)))
    text = slips.seal(slip())
    assert slips.demo
    for left in (tmp_path / "officers").iterdir():
        left.unlink()
    slips.seal(slip())
    assert len(list((tmp_path / "slip-keys").iterdir())) == 2
    assert checked_slip(Settings(data_dir=str(tmp_path)), text, PRINTED).verdict == "good"
