"""Anchors: what an operator may give, and what a chain to one of them needs."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from beket.exchange.kit.refusal import Refused
from beket.exchange.signatures import trust
from beket.exchange.signatures.certificates import certificate_of, standing
from beket.exchange.signatures.trust import NOBODY, Trust, read_anchors
from tests.exchange.signing import NOW, authority, holder


def test_anchors_are_read_as_they_come() -> None:
    one, two = authority(), authority("Another Authority")
    assert read_anchors((one.pem + two.pem).encode()) == (one.certificate, two.certificate)
    assert read_anchors(one.certificate.public_bytes(Encoding.DER)) == (one.certificate,)


@pytest.mark.parametrize("blob", [b"", b"note", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_refused(blob: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read_anchors(blob)
    assert refused.value.refusal.kind == "malformed"


def test_anchors_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "ANCHORS_MAX", 1)
    with pytest.raises(Refused, match="2 anchors"):
        read_anchors(authority().pem.encode() * 2)
    monkeypatch.setattr(trust, "ANCHOR_BYTES_MAX", 1)
    with pytest.raises(Refused, match="at most 1"):
        read_anchors(authority().pem.encode())


def test_nobody_is_trusted_and_nothing_is_late_unless_somebody_says_so() -> None:
    found = standing(holder().certificate, (), None, NOBODY)
    assert (found.trusted, found.in_force) == (False, None)
    assert found.reasons[-1] == "nobody says when it was signed"


@pytest.mark.parametrize(("days", "in_force"), [((-10, 10), True), ((-20, -10), False), ((10, 20), False)])
def test_trust_and_time_are_two_answers(days: tuple[int, int], in_force: bool) -> None:
    judged = Trust(anchors=(authority().certificate,), judged_at=NOW)
    found = standing(holder(days=days).certificate, (), None, judged)
    assert (found.trusted, found.in_force) == (True, in_force)


def test_an_authority_that_an_anchor_vouches_for_vouches_for_others() -> None:
    between = authority("Between", "Trial Authority")
    signer = holder(by=between).certificate
    judged = Trust(anchors=(authority().certificate,), judged_at=NOW)
    assert standing(signer, (between.certificate,), NOW, judged).trusted
    assert not standing(signer, (), NOW, judged).trusted, "nobody shows the one between"


def test_a_signer_that_an_anchor_vouches_for_vouches_for_nobody() -> None:
    between = authority("Between")
    signer = holder(by=between).certificate
    no_authority = holder("Between", key=between.key).certificate
    judged = Trust(anchors=(authority().certificate,), judged_at=NOW)
    assert standing(no_authority, (), NOW, judged).trusted
    assert not standing(signer, (no_authority,), NOW, judged).trusted


@pytest.mark.parametrize("field", [b"Trial Authority", "Проба Подписантова".encode()])
def test_a_certificate_of_which_a_field_cannot_be_read_is_none(field: bytes) -> None:
    der = holder().der
    assert certificate_of(der) is not None
    at = der.index(field) - 2
    assert certificate_of(der[:at] + b"\x1f" + der[at + 1 :]) is None


def test_a_certificate_of_no_version_that_there_is_is_none() -> None:
    der = holder().der
    version = bytes.fromhex("a003020102")
    assert certificate_of(der.replace(version, version[:-1] + b"\x07", 1)) is None
