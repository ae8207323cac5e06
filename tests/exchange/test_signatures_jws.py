"""Seals of an electronic CMR: who sealed, whether the seal fits, and whether the note is still what was sealed."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from beket.exchange.reading import read_documents
from beket.exchange.signatures.trust import NOBODY, Asked, Trust
from beket.words.documents import Signature
from tests.exchange.given import fixture, refusal
from tests.exchange.signing import NOW, ec_key, holder, jws, rsa_key, trusted

NOTE: Mapping[str, Any] = msgspec.json.decode(fixture("ecmr_sealed.json"))["ecmr"]


def sealed(seal: str, role: str = "senderSeal", note: Mapping[str, Any] = NOTE) -> bytes:
    return msgspec.json.encode({role: {"seal": seal, "sealMetadata": {"sealer": "Trial"}}, "ecmr": note})


def only(blob: bytes, trust: Trust = NOBODY) -> Signature:
    found = read_documents(blob, None, trust)
    assert isinstance(found, tuple), found
    (one,) = found[0].signatures
    return one


@pytest.mark.parametrize(("alg", "key"), [("RS256", rsa_key()), ("PS256", rsa_key()), ("ES256", ec_key(1))])
@pytest.mark.parametrize("layout", [NOTE, {"ecmr": NOTE}], ids=["note", "whole"])
def test_a_seal_says_who_sealed_what(alg: str, key: object, layout: object) -> None:
    seal = jws(holder(key=key), layout, alg, iat=int(NOW.timestamp()))  # type: ignore[arg-type]
    one = only(sealed(seal, "carrierSeal"), trusted())
    assert (one.form, one.state, one.role, one.trusted, one.in_force) == ("jws", "valid", "carrier", True, True)
    assert (one.covers, one.whole, one.reason) == (("ecmrId", "ecmrConsignment"), True, "")
    assert one.signed_at == NOW.isoformat()


def test_a_note_that_went_on_after_its_seal_says_where() -> None:
    later = msgspec.json.decode(msgspec.json.encode(NOTE))
    later["ecmrConsignment"]["carrierInformation"]["carrierLicensePlate"] = "01888ABC"
    one = only(sealed(jws(holder(key=rsa_key()), NOTE), note=later), trusted())
    assert (one.state, one.whole) == ("valid", False)
    assert "not as it was sealed: ecmrConsignment/carrierInformation/carrierLicensePlate" in one.reason


def test_a_seal_over_something_else_was_not_compared() -> None:
    one = only(sealed(jws(holder(key=rsa_key()), {"hash": "0"})))
    assert (one.state, one.whole, one.covers) == ("valid", False, ())
    assert "was not compared" in one.reason


@pytest.mark.parametrize(
    "blob",
    [
        sealed(jws(holder(key=rsa_key()), NOTE, "none")),
        sealed(jws(holder(key=rsa_key()), NOTE, "HS256")),
        sealed(jws(holder(key=ec_key(1)), NOTE, "RS256")),
        sealed(jws(holder(key=rsa_key()), NOTE, "ES256")),
        sealed(jws(holder(key=rsa_key()), NOTE)[:-8] + "AAAAAAAA"),
        sealed(jws(holder(key=rsa_key()), NOTE).replace(".", ".e", 1)),
    ],
    ids=["alg none", "a shared secret", "key of another kind", "another kind of key", "changed seal", "changed note"],
)
def test_a_seal_that_does_not_fit_refuses_the_note(blob: bytes) -> None:
    found = refusal(blob)
    assert (found.kind, found.where) == ("signature", "sender")


def test_the_certificate_of_another_refuses_the_note() -> None:
    seal = jws(holder(key=rsa_key()), NOTE, x5c=[base64.b64encode(holder(key=rsa_key(2)).der).decode()])
    assert refusal(sealed(seal)).kind == "signature"


@pytest.mark.parametrize(
    ("seal", "reason"),
    [
        ("x", "no compact JWS"),
        ("e30.e30.AAAA", "no algorithm"),
        (jws(holder(key=rsa_key()), NOTE, x5c=[]), "no certificate"),
        (jws(holder(key=rsa_key()), NOTE, crit=["b64"]), "crit"),
        (jws(holder(key=rsa_key()), NOTE, "GOST3410_2012_256"), "GOST"),
        (jws(holder(key=rsa_key()), NOTE, "XX256"), "nobody here computes"),
    ],
)
def test_what_nobody_here_can_check_is_told_with_the_reason(seal: str, reason: str) -> None:
    one = only(sealed(seal), trusted())
    assert (one.state, one.trusted) == ("unchecked", False)
    assert reason in one.reason


def test_an_outside_verifier_is_asked_about_gost() -> None:
    class Verifier:
        def verify(self, asked: Asked) -> bool | None:
            return None if asked.form == "jws" else True

    one = only(sealed(jws(holder(key=rsa_key()), NOTE, "GOST3410_2012_256")), Trust(external=Verifier()))
    assert (one.state, "does not know" in one.reason) == ("unchecked", True)


@pytest.mark.parametrize("seal", [1, [], {}, {"seal": 1}, {"seal": None}, "é.é.é", [["x"]]])
def test_a_seal_of_any_shape_harms_nothing(seal: object) -> None:
    found = read_documents(msgspec.json.encode({"senderSeal": seal, "ecmr": NOTE}))
    assert isinstance(found, tuple)
    assert all(one.state == "unchecked" for one in found[0].signatures)
