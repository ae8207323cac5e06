"""Papers of the house: tagged, in our own font, fetched from nowhere, signed so that one flipped byte is seen."""

from __future__ import annotations

import io
import shutil
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader

from beket.exchange.acts import paper, sealing
from beket.exchange.acts.officers import HOUSE, OFFICER_IN_FORCE, Officers
from beket.exchange.acts.paper import PaperTrouble, drawn, missing
from beket.exchange.acts.sealing import SealTrouble, checked, sealed
from beket.exchange.signatures.demo import usage
from beket.exchange.signatures.keyed import key_signer

if missing() is not None:
    pytest.skip(f"{missing()}", allow_module_level=True)

MARKUP = (
    '<!doctype html><html lang="ky"><head><title>Акт</title><style>body { font-family: "DejaVu Sans" }</style></head>'
    '<body><h1>Өткөрүү актысы</h1><p>жаңы өнүм</p><p lang="ru">Акт о пересечении</p></body></html>'
)
NOW = datetime.now(UTC)


def pdf() -> bytes:
    return drawn(MARKUP, b"digest")


def test_a_paper_is_tagged_and_the_same_markup_gives_the_same_bytes() -> None:
    blob = pdf()
    assert blob == pdf()
    assert drawn(MARKUP, b"another") != blob
    root = PdfFileReader(io.BytesIO(blob)).root
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "ky"
    assert b"pdfuaid:part" in root["/Metadata"].data


def test_its_letters_are_there_as_text(tmp_path: Path) -> None:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext is not here: Debian's poppler-utils brings it")
    (tmp_path / "a.pdf").write_bytes(pdf())
    told = subprocess.run([program, tmp_path / "a.pdf", "-"], capture_output=True, check=True).stdout.decode()
    assert told.split("\n")[0] == "Өткөрүү актысы"
    assert "жаңы өнүм" in told


@pytest.mark.parametrize(
    "wanted",
    [
        '<img src="http://127.0.0.1:1/x.png" alt="">',
        '<img src="file:///etc/hostname" alt="">',
        '<img src="data:image/png;base64,AAAA" alt="">',
        '<link rel="stylesheet" href="file:///etc/hostname">',
        "<style>@import 'http://127.0.0.1:1/x.css';</style>",
    ],
)
def test_a_paper_that_asks_for_anything_is_not_drawn(wanted: str) -> None:
    with pytest.raises(PaperTrouble, match="fetches nothing"):
        drawn(MARKUP.replace("<h1>", wanted + "<h1>"), b"digest")


def test_a_paper_in_another_font_says_what_is_to_be_installed() -> None:
    with pytest.raises(PaperTrouble, match="fonts-dejavu-core"):
        drawn(MARKUP.replace("DejaVu Sans", "Noto Sans, sans-serif").replace("sans-serif", "FreeSans"), b"digest")


def test_a_paper_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "PAGES_MAX", 1)
    with pytest.raises(PaperTrouble, match="2 pages"):
        drawn(MARKUP.replace("<h1>", '<h1 style="break-after: page">'), b"digest")
    monkeypatch.setattr(paper, "MARKUP_CHARS_MAX", 10)
    with pytest.raises(PaperTrouble, match="characters"):
        pdf()


def test_an_officers_key_is_made_once_and_only_we_may_read_it(tmp_path: Path) -> None:
    officers = Officers(tmp_path / "keys")
    first, again = officers.signer("a.asanov", NOW), Officers(tmp_path / "keys").signer("a.asanov", NOW)
    other = officers.signer("b.bekov", NOW)
    assert first.certificates == again.certificates
    assert first.certificates[0] != other.certificates[0]
    assert first.anchor == other.anchor
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "keys").iterdir()} == {0o600}
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    subject = first.certificates[0].subject.rfc4514_string()
    assert subject == f"CN=DEMO a.asanov,O={HOUSE}"
    assert "no legal force" in first.anchor.subject.rfc4514_string()


def test_a_key_that_runs_out_is_renewed_and_what_it_signed_stays_signed(tmp_path: Path) -> None:
    officers = Officers(tmp_path)
    old = officers.signer("a.asanov", NOW)
    signed = sealed(pdf(), old, "1", "here")
    new = officers.signer("a.asanov", NOW + OFFICER_IN_FORCE)
    assert new.certificates[0] != old.certificates[0]
    assert new.anchor == old.anchor
    assert checked(signed, [new.anchor], NOW).trusted


def test_a_login_as_long_as_logins_can_be_has_a_key(tmp_path: Path) -> None:
    assert Officers(tmp_path).signer("ж" * 150, NOW).certificates


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, x509.Certificate]:
    signer = Officers(tmp_path_factory.mktemp("keys")).signer("a.asanov", NOW)
    return sealed(pdf(), signer, "KG-TOR-A-2026-000001", "KG-TOR-A"), signer.anchor


def test_a_signed_paper_is_whole_and_leads_to_its_authority(signed: tuple[bytes, x509.Certificate]) -> None:
    blob, anchor = signed
    found = checked(blob, [anchor])
    assert (found.intact, found.whole, found.trusted) == (True, True, True)
    assert "DEMO a.asanov" in found.signer
    assert found.at is not None
    assert abs(found.at - datetime.now(UTC)) < timedelta(minutes=5)
    assert not checked(blob, []).trusted
    assert b"ETSI.CAdES.detached" in blob


def test_another_program_finds_it_valid_too(signed: tuple[bytes, x509.Certificate], tmp_path: Path) -> None:
    program = shutil.which("pdfsig")
    if program is None:
        pytest.skip("pdfsig is not here: Debian's poppler-utils brings it")
    (tmp_path / "a.pdf").write_bytes(signed[0])
    told = subprocess.run([program, tmp_path / "a.pdf"], capture_output=True, check=False).stdout.decode()
    assert "Signature is Valid" in told
    assert "Total document signed" in told


@given(at=st.integers(min_value=0), flip=st.integers(1, 255))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_a_flipped_byte_is_seen(signed: tuple[bytes, x509.Certificate], at: int, flip: int) -> None:
    blob, anchor = signed
    hole = blob.index(b"/Contents <"), blob.index(b">", blob.index(b"/Contents <"))
    covered = [*range(hole[0]), *range(hole[1] + 1, len(blob))]
    changed = bytearray(blob)
    changed[covered[at % len(covered)]] ^= flip
    try:
        found = checked(bytes(changed), [anchor])
    except SealTrouble:
        return
    assert not (found.intact and found.whole and found.trusted)


@pytest.mark.parametrize("blob", [b"", b"%PDF-1.7", b"nothing", b"\x00" * 100])
def test_what_is_no_signed_pdf_is_said_to_be_none(blob: bytes) -> None:
    with pytest.raises(SealTrouble):
        checked(blob, [])


def test_a_paper_too_large_for_the_log_is_neither_signed_nor_checked(
    signed: tuple[bytes, x509.Certificate], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "PDF_BYTES_MAX", 1000)
    with pytest.raises(SealTrouble, match="1000 are signed"):
        sealed(pdf(), Officers(tmp_path).signer("a.asanov", NOW), "1", "here")
    with pytest.raises(SealTrouble, match="1000 are checked"):
        checked(signed[0], [])


def test_what_was_never_signed_is_said_so() -> None:
    with pytest.raises(SealTrouble, match="0 signatures"):
        checked(pdf(), [])


def test_a_key_of_the_house_signs_through_the_same_port() -> None:
    key, name = rsa.generate_private_key(65537, 2048), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "House")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=1))
        .add_extension(usage(authority=False), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    found = checked(sealed(pdf(), key_signer(pem, certificate.public_bytes(Encoding.PEM)), "1", "here"), [certificate])
    assert (found.intact, found.whole, found.trusted) == (True, True, True)
