"""A slip of which any bit was changed is refused; so is one of nobody known, a too old one, and one from tomorrow."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from beket.exchange.signatures.demo import DemoSigner, demo_signer
from beket.exchange.slips.keys import KeyTrouble, KnownKey, faults, keep_own, key_id, known_keys, usable
from beket.exchange.slips.sealing import AHEAD_MS_MAX, SLIP_BYTES_MAX, checked, sealed
from beket.words.ids import Instant
from beket.words.slips import MARK, STANDS_MS, Slip, SlipStep, Verdict
from tests.words.slips import PRINTED, slip, slips

NOW = Instant(PRINTED + 3_600_000)
SIGNER = demo_signer(datetime.now(UTC))
KEY = KnownKey(
    key_id(usable(SIGNER.certificates[0].public_key())),
    "KG-TOR-A",
    ours=False,
    public=usable(SIGNER.certificates[0].public_key()),
)
KEYS = {KEY.id: KEY}
TEXT = sealed(slip(), SIGNER)


def blob_of(text: str) -> bytearray:
    body = text.removeprefix(MARK)
    return bytearray(base64.b32decode(body + "=" * (-len(body) % 8)))


def text_of(blob: bytes) -> str:
    return MARK + base64.b32encode(blob).decode().rstrip("=")


def test_a_slip_is_signed_and_checked() -> None:
    found = checked(TEXT, KEYS, NOW)
    assert (found.verdict, found.slip, found.signer, found.ours, found.key) == (
        "good", slip(), "KG-TOR-A", False, KEY.id.hex(),
    )  # fmt: skip


@given(slips())
def test_whatever_a_slip_says_it_fits_a_code_and_comes_back(one: Slip) -> None:
    text = sealed(one, SIGNER)
    assert len(blob_of(text)) <= SLIP_BYTES_MAX
    assert checked(text, KEYS, one.at).slip is not None


def test_the_fullest_slip_is_a_code_that_a_telephone_reads() -> None:
    steps = tuple(
        SlipStep(step=f"a_step_{n * 7919:x}_{n}", state="cleared", outcome=f"end_{n * 104729:x}") for n in range(40)
    )
    text = sealed(slip(steps=steps), SIGNER)
    code = segno.make_qr(text, error="m", boost_error=False)
    assert (code.mode, code.error) == ("alphanumeric", "M")
    assert int(str(code.version)) <= 19


def bits() -> Iterator[int]:
    yield from range(len(blob_of(TEXT)) * 8)


def test_no_bit_can_be_changed() -> None:
    taken = []
    for bit in bits():
        blob = blob_of(TEXT)
        blob[bit // 8] ^= 1 << bit % 8
        if checked(text_of(bytes(blob)), KEYS, NOW).verdict == "good":
            taken.append(bit)
    assert taken == []


@given(st.integers(0, len(TEXT) - 1), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_no_sign_of_the_text_can_be_changed(at: int, sign: str) -> None:
    text = TEXT[:at] + sign + TEXT[at + 1 :]
    assert (checked(text, KEYS, NOW).verdict == "good") == (text == TEXT)


@given(slips(), slips())
def test_a_signature_is_of_one_slip(one: Slip, other: Slip) -> None:
    mine, theirs = blob_of(sealed(one, SIGNER)), blob_of(sealed(other, SIGNER))
    if mine[:-64] != theirs[:-64]:
        assert checked(text_of(bytes(theirs[:-64] + mine[-64:])), KEYS, one.at).verdict == "altered"


@given(st.binary(max_size=400))
def test_any_bytes_are_refused(blob: bytes) -> None:
    assert checked(text_of(blob), KEYS, NOW).verdict in {"altered", "unknown_key"}


@given(st.text(max_size=200))
def test_any_text_is_no_slip(text: str) -> None:
    assert checked(text, KEYS, NOW).verdict in {"no_slip", "altered"}


def test_a_signature_of_the_same_key_over_something_else_is_none() -> None:
    blob = blob_of(TEXT)
    assert checked(text_of(bytes(blob[:-64]) + SIGNER.sign(bytes(blob[:-64]))), KEYS, NOW).verdict == "altered"


def test_of_nobody_known_it_says_so_and_what_is_on_it() -> None:
    stranger = sealed(slip("01KG999ZZZ"), demo_signer(datetime.now(UTC)))
    found = checked(stranger, KEYS, NOW)
    assert (found.verdict, found.slip, found.signer) == ("unknown_key", slip("01KG999ZZZ"), "")


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (PRINTED + STANDS_MS, "good"),
        (PRINTED + STANDS_MS + 1, "expired"),
        (PRINTED - AHEAD_MS_MAX, "good"),
        (PRINTED - AHEAD_MS_MAX - 1, "ahead"),
    ],
)
def test_it_stands_for_a_time(now: int, verdict: Verdict) -> None:
    assert checked(TEXT, KEYS, Instant(now)).verdict == verdict


def russian(text: str) -> str:
    return text.translate(str.maketrans("QWERTYUIOPASDFGHJKLZXCVBNM", "ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ"))


@pytest.mark.parametrize(
    "text",
    [TEXT.lower(), f"  {TEXT}\r\n", "\n".join(TEXT[at : at + 40] for at in range(0, len(TEXT), 40)), russian(TEXT)],
    ids=["in small letters", "with blanks about it", "in lines", "typed on a Russian keyboard"],
)
def test_it_is_read_as_people_and_readers_type_it(text: str) -> None:
    assert checked(text, KEYS, NOW).verdict == "good"


@pytest.mark.parametrize("text", ["", "https://example.org/", "BEKET", "1234567890128"])
def test_another_code_is_no_slip(text: str) -> None:
    assert checked(text, KEYS, NOW).verdict == "no_slip"


@pytest.mark.parametrize("text", [MARK, MARK + "A", TEXT[:-1], TEXT + "=", TEXT + "A", MARK + "!" * 200])
def test_one_that_is_torn_is_not_as_it_was_signed(text: str) -> None:
    assert checked(text, KEYS, NOW).verdict == "altered"


# ── keys ───────────────────────────────────────────────────────────────────


def own(folder: Path) -> DemoSigner:
    signer = demo_signer(datetime.now(UTC) + timedelta(seconds=1))
    keep_own(folder, signer.certificates[0])
    return signer


def test_own_keys_are_known_for_good_and_those_of_neighbours_by_their_files(tmp_path: Path) -> None:
    first, second = own(tmp_path), own(tmp_path)
    keep_own(tmp_path, second.certificates[0])
    public = usable(SIGNER.certificates[0].public_key())
    (tmp_path / "KG-IRK-A.pem").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    known = known_keys(tmp_path)
    assert len(known) == 3
    assert checked(sealed(slip(), first), known, NOW).ours
    assert checked(sealed(slip(), second), known, NOW).ours
    theirs = checked(TEXT, known, NOW)
    assert (theirs.verdict, theirs.signer, theirs.ours) == ("good", "KG-IRK-A", False)


def test_a_file_that_is_no_key_is_named_and_hides_no_other(tmp_path: Path) -> None:
    signer = own(tmp_path)
    (tmp_path / "a.pem").write_bytes(b"nothing")
    rsa_key = rsa.generate_private_key(65537, 2048).public_key()
    (tmp_path / "b.pem").write_bytes(rsa_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert [line.partition(":")[0] for line in faults(tmp_path)] == ["a.pem", "b.pem"]
    assert checked(sealed(slip(), signer), known_keys(tmp_path), NOW).verdict == "good"
    assert known_keys(tmp_path / "none") == {}


def test_a_key_whose_signatures_do_not_fit_is_not_taken() -> None:
    with pytest.raises(KeyTrouble, match="P-256"):
        usable(rsa.generate_private_key(65537, 2048).public_key())
    with pytest.raises(KeyTrouble, match="P-256"):
        usable(ec.generate_private_key(ec.SECP384R1()).public_key())
