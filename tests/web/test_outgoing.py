"""What leaves the house as a file is what others can open, check and read again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from beket.app.outgoing import lend_writers, signer_of
from beket.exchange import events
from beket.exchange.kit.refusal import Refusal
from beket.exchange.reading import read_documents
from beket.exchange.signatures.asic import opened_asic
from beket.exchange.signatures.trust import NOBODY
from beket.settings import Settings, SettingsTrouble
from beket.web import outgoing
from tests.web.conftest import HERE, Stage

if TYPE_CHECKING:
    from django.test import Client

SignIn = Callable[[str], "Client"]


def test_a_crossings_papers_come_as_one_container_that_is_signed(stage: Stage, sign_in: SignIn) -> None:
    answer = sign_in("inspector").get(f"/crossings/{stage.crossing[HERE]}/papers.asice")
    assert answer.headers["Content-Type"] == "application/vnd.etsi.asic-e+zip"
    container = opened_asic(answer.content, NOBODY)
    ref = stage.document[HERE].partition(":")[2]
    assert {one.name for one in container.members} == {f"{ref}-note.xml", f"{ref}.json"}
    assert container.members[0].content == b"<CMR><script>alert(1)</script></CMR>"
    assert json.loads(container.members[1].content)["document"]["number"] == "CMR-<b>100</b>"
    (signature,) = container.signatures
    assert (signature.state, signature.trusted, signature.signer) == (
        "valid", False, "CN=DEMO ONLY (no legal force): Beket demonstration signer",
    )  # fmt: skip


def test_an_event_tells_the_vehicle_its_papers_and_what_does_not_agree(stage: Stage, sign_in: SignIn) -> None:
    told = events.read(sign_in("inspector").get(f"/crossings/{stage.crossing[HERE]}/event.json").content)
    assert not isinstance(told, Refusal)
    assert (told.vehicle_reg_num, told.state, told.direction) == ("01777ABC", "checked_in", "in")
    assert [one.document_id for one in told.documents] == [stage.document[HERE]]
    assert [one.code for one in told.rule_failures] == ["W03"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_register_is_read_again_as_what_it_was_written_from(stage: Stage, sign_in: SignIn, form: str) -> None:
    answer = sign_in("inspector").get(f"/documents.{form}?q=ак-куу")
    found = read_documents(answer.content)
    assert not isinstance(found, Refusal)
    assert {document.number for document in found} == {"CMR-<b>100</b>"}
    assert answer.headers["Content-Disposition"] == f'attachment; filename="documents.{form}"'


@pytest.fixture
def no_writers() -> Iterator[None]:
    """A desk to which nobody lent any writers."""
    lent = []
    while (writers := outgoing._lent.now()) is not None:
        outgoing.forget(writers)
        lent.append(writers)
    yield
    for writers in reversed(lent):
        outgoing.install(writers)


def test_what_cannot_be_written_says_why(stage: Stage, sign_in: SignIn, no_writers: None) -> None:
    answer = sign_in("inspector").get("/documents.csv")
    assert answer.status_code == 422
    assert "nothing that writes for others" in answer.content.decode()


def signed_by(folder: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, *, other: bool = False) -> Settings:
    """Write a key and a certificate for it, or for another key, and name both."""
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Trial signer")]), datetime.now(UTC)
    holder = ec.generate_private_key(ec.SECP256R1()) if other else key
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(holder.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(holder, hashes.SHA256())
    )  # fmt: skip
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "signer.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    return Settings(signer_key=str(folder / "key.pem"), signer_certificate=str(folder / "signer.pem"))


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), None])
def test_a_key_of_the_house_signs_what_leaves_it(
    stage: Stage, sign_in: SignIn, tmp_path: Path, curve: ec.EllipticCurve | None
) -> None:
    key = rsa.generate_private_key(65537, 2048) if curve is None else ec.generate_private_key(curve)
    lend_writers(signed_by(tmp_path, key))
    try:
        answer = sign_in("inspector").get(f"/crossings/{stage.crossing[HERE]}/papers.asice")
    finally:
        outgoing.forget(outgoing.outgoing())
    (signature,) = opened_asic(answer.content, NOBODY).signatures
    assert (signature.state, signature.signer) == ("valid", "CN=Trial signer")


def test_a_signer_that_cannot_be_used_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsTrouble, match="not that of its key"):
        signer_of(signed_by(tmp_path, ec.generate_private_key(ec.SECP256R1()), other=True))
    (tmp_path / "key.pem").write_text("nothing")
    with pytest.raises(SettingsTrouble, match="cannot be read"):
        signer_of(Settings(signer_key=str(tmp_path / "key.pem"), signer_certificate=str(tmp_path / "signer.pem")))
