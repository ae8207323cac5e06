"""Signatures in XML: whether they fit, whose they are, when, and over what; four questions that are never one."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import pytest

from beket.exchange.reading import read_documents
from beket.exchange.signatures import opening, xml
from beket.exchange.signatures.trust import NOBODY, Asked, Trust
from beket.words.documents import Document, Signature
from tests.exchange.given import refusal
from tests.exchange.signing import DECLARATION, NOW, authority, ec_key, enveloped, enveloping, holder, rsa_key, trusted

WRAPPED = b"<ED_Container>%s</ED_Container>"
BODY = b"<ContainerDoc><DocBody>%s</DocBody></ContainerDoc>"


def signed(blob: bytes, trust: Trust = NOBODY) -> Document:
    """Read a message of one document, as somebody trusts."""
    found = read_documents(blob, None, trust)
    assert isinstance(found, tuple), found
    return found[0]


def only(blob: bytes, trust: Trust = NOBODY) -> Signature:
    (one,) = signed(blob, trust).signatures
    return one


def test_a_message_without_a_signature_costs_a_search_and_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(opening, "xml_signatures")
    assert signed(DECLARATION).signatures == ()


@pytest.mark.parametrize("key", [rsa_key(), ec_key(1)], ids=["RSA", "ECDSA"])
@pytest.mark.parametrize("xades", [True, False])
def test_a_signature_says_whether_it_fits_whose_it_is_and_that_it_is_trusted(key: object, xades: bool) -> None:
    who = holder(key=key)  # type: ignore[arg-type]
    one = only(enveloped(who, xades=xades), trusted())
    assert (one.form, one.state, one.trusted, one.in_force) == ("xades" if xades else "xmldsig", "valid", True, True)
    assert (one.signer, one.issuer) == ("CN=Проба Подписантова", "CN=Trial Authority")
    assert (one.covers, one.whole, one.reason) == (("ESADout_CU",), True, "")
    assert (one.signed_at is not None) is xades
    assert one.certificate_sha256 is not None
    assert len(one.certificate_sha256) == 64


def test_what_is_signed_is_read_as_what_is_not() -> None:
    document = signed(enveloped(holder()))
    assert (document.kind, document.unread) == (signed(DECLARATION).kind, ())


def test_without_anchors_the_signature_fits_and_nobody_is_trusted() -> None:
    one = only(enveloped(holder()))
    assert (one.state, one.trusted) == ("valid", False)
    assert one.reason == "the signer is not known to be trusted: no anchors were given"


def test_another_authority_vouches_for_nobody() -> None:
    one = only(enveloped(holder()), trusted(authority("Another Authority")))
    assert (one.state, one.trusted) == ("valid", False)
    assert "does not lead to an anchor" in one.reason


def test_a_certificate_of_no_authority_vouches_for_nobody() -> None:
    between = holder("Not An Authority", key=ec_key(7))
    one = only(enveloped(holder(by=between)), trusted(between))
    assert (one.state, one.trusted) == ("valid", False)


def test_a_signer_can_be_an_anchor_itself() -> None:
    who = holder()
    assert only(enveloped(who), trusted(who)).trusted


@pytest.mark.parametrize(
    ("days", "what"), [((-20, -5), "no more in force"), ((5, 20), "not yet in force")], ids=["expired", "early"]
)
def test_a_certificate_out_of_its_time_is_told_beside_the_mathematics(days: tuple[int, int], what: str) -> None:
    one = only(enveloped(holder(days=days)), trusted())
    assert (one.state, one.trusted, one.in_force) == ("valid", True, False)
    assert what in one.reason


def test_a_signing_time_that_is_yet_to_come_is_not_believed() -> None:
    one = only(enveloped(holder()), Trust(judged_at=NOW - timedelta(days=365)))
    assert one.in_force is None
    assert "yet to come" in one.reason


def test_a_changed_message_is_refused() -> None:
    found = refusal(enveloped(holder()).replace("ИМ".encode(), "ЭК".encode()))
    assert (found.kind, found.where) == ("signature", "line 1")
    assert found.reason == "the bytes of ESADout_CU are not those that were signed"


def test_a_changed_signature_is_refused() -> None:
    blob = enveloped(holder())
    assert refusal(re.sub(rb"SigningTime>\d", b"SigningTime>1", blob)).kind == "signature"


@pytest.mark.parametrize("xades", [True, False])
def test_the_certificate_of_another_is_refused(xades: bool) -> None:
    mine, other = holder("Mine"), holder("Other", key=ec_key(3))
    blob = enveloped(mine, xades=xades)
    first, second = ("".join(one.pem.splitlines()[1:-1]).encode() for one in (mine, other))
    swapped = re.sub(rb"(<ds:X509Certificate>)[^<]*", rb"\g<1>" + second, blob)
    assert first in blob.replace(b"\n", b"")
    assert refusal(swapped).kind == "signature"


def test_of_two_signatures_the_bad_one_refuses_the_message() -> None:
    document = b'<ESADout_CU><Part Id="a">1</Part><Part Id="b">2</Part></ESADout_CU>'
    both = enveloped(holder(), enveloped(holder(), document, reference="a", xades=False), reference="b", xades=False)
    assert [one.state for one in signed(both).signatures] == ["valid", "valid"]
    assert refusal(both.replace(b">2<", b">3<")).kind == "signature"
    assert refusal(both.replace(b">1<", b">3<")).kind == "signature"


def test_a_signature_over_a_part_says_which_and_not_the_whole() -> None:
    document = b'<ESADout_CU><Part Id="a">1</Part><CustomsProcedure>2</CustomsProcedure></ESADout_CU>'
    one = only(enveloped(holder(), document, reference="a"), trusted())
    assert (one.state, one.covers, one.whole) == ("valid", ("Part#a",), False)
    assert one.reason == "what is read here is more than what it covers: Part#a"


def test_a_signed_document_wrapped_into_another_signs_only_itself() -> None:
    mine = DECLARATION.replace(b"<ESADout_CU ", b'<ESADout_CU Id="mine" ')
    moved = enveloped(holder(), mine, reference="mine")
    forged = b"<ESADout_CU><CustomsProcedure>X</CustomsProcedure>" + moved + b"</ESADout_CU>"
    one = only(forged, trusted())
    assert (one.state, one.whole) == ("valid", False)


def test_two_elements_of_one_id_are_not_followed() -> None:
    document = b'<ESADout_CU><Part Id="a">1</Part></ESADout_CU>'
    blob = enveloped(holder(), document, reference="a").replace(b"<Part", b'<Part Id="a">9</Part><Part', 1)
    one = only(blob)
    assert (one.state, one.whole) == ("unchecked", False)
    assert one.reason.startswith("it refers to something that cannot be found")


def test_each_document_of_an_envelope_has_its_own_signatures() -> None:
    parts = [
        enveloped(holder(name), b'<ESADout_CU Id="%s"/>' % name.encode(), reference=name, xades=False)
        for name in ("one", "two")
    ]
    found = read_documents(WRAPPED % b"".join(BODY % part for part in parts))
    assert isinstance(found, tuple)
    assert [[one.signer for one in document.signatures] for document in found] == [["CN=one"], ["CN=two"]]
    assert all(one.whole for document in found for one in document.signatures)


def test_a_signature_over_the_envelope_covers_all_in_it() -> None:
    found = read_documents(enveloped(holder(), WRAPPED % (BODY % DECLARATION * 2)))
    assert isinstance(found, tuple)
    assert [[one.whole for one in document.signatures] for document in found] == [[True], [True]]


def test_a_signature_may_enclose_what_it_signs() -> None:
    one = only(enveloping(holder()), trusted())
    assert (one.state, one.covers, one.whole) == ("valid", ("Object#object",), True)
    assert refusal(enveloping(holder()).replace("ИМ".encode(), "ЭК".encode())).kind == "signature"


@pytest.mark.parametrize(
    ("what", "instead", "reason"),
    [
        (b"xmldsig-more#ecdsa-sha256", b"xmldsig-more#ecdsa-sha1", "too weak"),
        (b"2001/04/xmlenc#sha256", b"2000/09/xmldsig#sha1", "too weak"),
        (b"xmldsig-more#ecdsa-sha256", b"xmldsig-more#gostr34102001-gostr3411", "GOST"),
        (b"xmldsig-more#ecdsa-sha256", b"xmldsig-more#hmac-sha256", "a secret that both sides share"),
        (b"xmldsig-more#ecdsa-sha256", b"xmldsig-more#none", "not built as a signature is"),
        (b"2000/09/xmldsig#enveloped-signature", b"TR/1999/REC-xslt-19991116", "transformed in a way"),
        (b'URI=""', b'URI="http://127.0.0.1/declaration.xml"', "is not here"),
        (b"X509Certificate", b"X509SubjectName", "no certificate that can be read"),
        (b"SignatureValue", b"SignatureVolue", "not built as a signature is"),
    ],
)
def test_what_nobody_here_can_check_is_told_with_the_reason(what: bytes, instead: bytes, reason: str) -> None:
    blob = enveloped(holder(), xades=False)
    assert what in blob
    one = only(blob.replace(what, instead), trusted())
    assert (one.state, one.whole) == ("unchecked", False)
    assert reason in one.reason


class Verifier:
    """Says what it was told to, and keeps what it was asked."""

    def __init__(self, answer: bool | None) -> None:
        self.answer = answer
        self.asked: list[Asked] = []

    def verify(self, asked: Asked) -> bool | None:
        self.asked.append(asked)
        return self.answer


@pytest.mark.parametrize(("answer", "state"), [(True, "valid"), (None, "unchecked"), (False, None)])
def test_an_outside_verifier_is_asked_about_gost(answer: bool | None, state: str | None) -> None:
    verifier = Verifier(answer)
    blob = enveloped(holder()).replace(b"xmldsig-more#ecdsa-sha256", b"xmldsig-more#gostr34102001-gostr3411")
    found = read_documents(blob, None, Trust(external=verifier))
    assert (found[0].signatures[0].state if isinstance(found, tuple) else None) == state
    assert verifier.asked[0].message == blob
    assert verifier.asked[0].algorithm.endswith("gostr3411")


def test_a_bare_key_names_nobody() -> None:
    blob = enveloped(holder(key=rsa_key()), xades=False)
    numbers = rsa_key().public_key().public_numbers()
    modulus = base64.b64encode(numbers.n.to_bytes(256, "big"))
    value = b"<ds:RSAKeyValue><ds:Modulus>%s</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue>" % modulus
    bare = re.sub(rb"<ds:X509Data>.*</ds:X509Data>", b"<ds:KeyValue>%s</ds:KeyValue>" % value, blob, flags=re.DOTALL)
    one = only(bare, trusted())
    assert (one.state, one.signer, one.trusted) == ("valid", None, False)
    assert one.reason == "a bare key signed, which names nobody"


def test_a_small_message_cannot_ask_for_much_work(monkeypatch: pytest.MonkeyPatch) -> None:
    blob = enveloped(holder())
    monkeypatch.setattr(xml, "WORK_BYTES_MAX", 2 * len(blob))
    assert refusal(blob).kind == "size"
    monkeypatch.setattr(xml, "SIGNATURES_MAX", 0)
    assert refusal(blob).kind == "items"
