"""ASiC containers: the given ones, our own, and those that somebody made to harm."""

from __future__ import annotations

import base64
import hashlib
import struct
import zipfile
from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives.serialization import pkcs7

from beket.exchange.kit.refusal import Refusal, Refused
from beket.exchange.reading import read_documents
from beket.exchange.signatures import archive, bundle, xml
from beket.exchange.signatures.archive import unpacked
from beket.exchange.signatures.asic import ASIC_E, SIGNATURE_FILES_MAX, Container, Member, is_asic, opened_asic
from beket.exchange.signatures.demo import DemoSigner, demo_signer
from beket.exchange.signatures.trust import NOBODY, Trust
from tests.exchange.given import given, refusal
from tests.exchange.signing import DECLARATION, NOW, cms, holder, trusted, unzipped, zipped

SIGNER: DemoSigner = demo_signer(NOW)
TRUST = Trust(anchors=(SIGNER.anchor,), judged_at=NOW)
PAPERS = (
    Member(name="declaration.xml", content=DECLARATION, media_type="text/xml"),
    Member(name="снимки/front 1.jpg", content=b"\xff\xd8\xff\x00", media_type="image/jpeg"),
)
BUNDLE = bundle.bundle(PAPERS, SIGNER, NOW)
SIGNATURES = "META-INF/signatures.xml"

GIVEN: Mapping[str, tuple[str, ...]] = {
    "valid-signed-message": ("message.xml",),
    "valid-signed-message-with-attachments": ("message.xml", "attachment1", "attachment2"),
    "no-mimetype": ("7a6ae17c52a2027af390018eeccc6a5bce3eeef7-message.xml",),
}


def opened_given(name: str) -> Container:
    return opened_asic(given("xroad", "asic", f"{name}.asice").read_bytes(), NOBODY)


@pytest.mark.shared
@pytest.mark.parametrize("name", GIVEN)
def test_given_containers_are_opened_and_their_signatures_fit(name: str) -> None:
    container = opened_given(name)
    assert tuple(one.name for one in container.members) == GIVEN[name]
    (signature,) = container.signatures
    assert (signature.state, signature.trusted, signature.covers) == ("valid", False, GIVEN[name])
    assert [(one.kind, one.where) for one in container.remarks] == [("container", "mimetype")]


@pytest.mark.shared
def test_a_given_container_says_who_signed_and_when() -> None:
    (signature,) = opened_given("valid-signed-message-with-attachments").signatures
    assert (signature.form, signature.signer) == ("xades", "2.5.4.5=DEV/SS1/COM,CN=4321,O=Test client,C=FI")
    assert (signature.signed_at, signature.in_force) == ("2024-11-27T04:14:03.003Z", True)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("no-message", "signature", "message.xml, which it signs, is not here"),
        ("no-signature", "signature", "without a signature"),
        ("not-asic", "unknown_format", "neither XML nor JSON"),
        ("valid-signed-message", "unknown_format", "nobody here reads what is in it: message.xml"),
    ],
)
def test_given_containers_that_hold_no_document_are_refused(name: str, kind: str, reason: str) -> None:
    found = refusal(given("xroad", "asic", f"{name}.asice").read_bytes())
    assert found.kind == kind
    assert reason in found.reason


@pytest.mark.shared
def test_a_given_container_whose_message_was_changed_is_refused() -> None:
    members = unzipped(given("xroad", "asic", "valid-signed-message.asice").read_bytes())
    members["message.xml"] = members["message.xml"].replace(b"consumer", b"costumer")
    found = refusal(zipped(members))
    assert (found.kind, found.where) == ("signature", SIGNATURES)
    assert "message.xml" in found.reason


def test_the_papers_of_a_crossing_are_read_again_as_they_were() -> None:
    found = read_documents(BUNDLE, None, TRUST)
    assert isinstance(found, tuple)
    (document,) = found
    (signature,) = document.signatures
    assert (signature.form, signature.state, signature.trusted, signature.whole) == ("xades", "valid", True, True)
    assert "DEMO ONLY" in (signature.signer or "")
    assert signature.covers == ("declaration.xml", "снимки/front 1.jpg")
    assert [(one.kind, one.where) for one in document.remarks][-1] == ("container", "снимки/front 1.jpg")
    assert [(one.name, one.content, one.media_type) for one in opened_asic(BUNDLE, TRUST).members] == [
        (one.name, one.content, one.media_type) for one in PAPERS
    ]


def test_a_bundle_says_its_type_first_and_unpacked_and_has_no_time_of_its_own() -> None:
    members = unpacked(BUNDLE)
    assert (members[0].name, members[0].content, members[0].stored) == ("mimetype", ASIC_E.encode(), True)
    assert BUNDLE[30:].startswith(b"mimetype" + ASIC_E.encode())
    assert opened_asic(BUNDLE, NOBODY).remarks == ()


def test_the_same_papers_give_the_same_bytes() -> None:
    class Constant:
        method = SIGNER.method
        certificates = SIGNER.certificates

        def sign(self, octets: bytes) -> bytes:
            return hashlib.sha512(octets).digest()

    assert bundle.bundle(PAPERS, Constant(), NOW) == bundle.bundle(PAPERS, Constant(), NOW)


@pytest.mark.parametrize("name", ["declaration.xml", "снимки/front 1.jpg", SIGNATURES])
def test_a_change_to_any_member_is_found(name: str) -> None:
    members = unzipped(BUNDLE)
    content = members[name]
    members[name] = (
        content.replace(b"<xades:SigningTime>2", b"<xades:SigningTime>1") if "META" in name else content[:-1]
    )
    found = refusal(zipped(members))
    assert found.kind == "signature"
    what = name if name != SIGNATURES else "SignedProperties#properties"
    assert found.reason == f"the bytes of {what} are not those that were signed"


@pytest.mark.parametrize("name", [one.name for one in PAPERS])
def test_a_member_that_is_gone_is_found(name: str) -> None:
    members = unzipped(BUNDLE)
    del members[name]
    found = refusal(zipped(members))
    assert (found.kind, found.reason) == ("signature", f"{name}, which it signs, is not here")


def test_what_no_signature_covers_is_told() -> None:
    found = read_documents(zipped(unzipped(BUNDLE) | {"second.xml": DECLARATION}), None, TRUST)
    assert isinstance(found, tuple)
    assert [len(one.signatures) for one in found] == [1, 0]
    assert ("no signature covers it", "second.xml") in [(one.detail, one.where) for one in found[1].remarks]


def test_of_two_signatures_the_bad_one_refuses_the_container() -> None:
    members = unzipped(BUNDLE)
    second = unzipped(bundle.bundle(PAPERS[:1], demo_signer(NOW), NOW))[SIGNATURES]
    both = members | {"META-INF/signatures2.xml": second}
    assert [one.state for one in opened_asic(zipped(both), TRUST).signatures] == ["valid", "valid"]
    assert [one.trusted for one in opened_asic(zipped(both), TRUST).signatures] == [True, False]
    both["META-INF/signatures2.xml"] = second.replace(b"SigningTime>2", b"SigningTime>1")
    assert (refusal(zipped(both)).kind, refusal(zipped(both)).where) == ("signature", "META-INF/signatures2.xml")


@pytest.mark.parametrize("order", [["mimetype"], []])
def test_a_type_that_is_packed_or_missing_is_remarked(order: list[str]) -> None:
    members = unzipped(BUNDLE)
    said = members.pop("mimetype")
    container = opened_asic(zipped(members | dict.fromkeys(order, said)), TRUST)
    assert [(one.kind, one.where) for one in container.remarks] == [("container", "mimetype")]
    assert container.signatures[0].trusted


def test_another_type_is_remarked() -> None:
    container = opened_asic(zipped(unzipped(BUNDLE) | {"mimetype": b"text/plain"}, zipfile.ZIP_STORED), TRUST)
    assert [one.detail for one in container.remarks] == ["its type is said to be 'text/plain'"]


def test_a_member_that_is_a_bad_document_refuses_the_container() -> None:
    papers = (*PAPERS, Member(name="cut.xml", content=DECLARATION[:40]))
    found = refusal(bundle.bundle(papers, SIGNER, NOW))
    assert (found.kind, found.where) == ("truncated", "cut.xml")


def test_a_container_in_a_container_is_not_opened() -> None:
    papers = (*PAPERS, Member(name="inner.asice", content=BUNDLE))
    found = read_documents(bundle.bundle(papers, SIGNER, NOW))
    assert isinstance(found, tuple)
    assert len(found) == 1
    assert "inner.asice" in found[0].remarks[-1].where


def test_a_document_in_a_cms_in_a_container_has_both_signatures() -> None:
    papers = (Member(name="declaration.p7m", content=cms(holder("inner"))),)
    found = read_documents(bundle.bundle(papers, SIGNER, NOW))
    assert isinstance(found, tuple)
    assert [one.form for one in found[0].signatures] == ["cms", "xades"]


def test_a_hash_chain_is_not_followed_and_proves_nothing() -> None:
    chain = Member(name="META-INF/hash-chain-result.xml", content=b"<HashChainResult/>")
    signature = bundle._signed((chain,), SIGNER, NOW)
    container = opened_asic(zipped({"message.xml": b"<m/>", chain.name: chain.content, SIGNATURES: signature}), TRUST)
    assert (container.signatures[0].state, container.signatures[0].trusted) == ("unchecked", False)
    assert "chain of hashes" in container.signatures[0].reason
    assert ("no signature covers it", "message.xml") in [(one.detail, one.where) for one in container.remarks]


MANIFEST = """<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#"
 xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><asic:SigReference URI="META-INF/signature.p7s"/>
<asic:DataObjectReference URI="declaration.xml"><ds:DigestMethod Algorithm="{method}"/>
<ds:DigestValue>{digest}</ds:DigestValue></asic:DataObjectReference></asic:ASiCManifest>"""
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def with_manifest(method: str = SHA256, digested: bytes = DECLARATION) -> dict[str, bytes]:
    digest = base64.b64encode(hashlib.sha256(digested).digest()).decode()
    manifest = MANIFEST.format(method=method, digest=digest).encode()
    return {
        "mimetype": ASIC_E.encode(),
        "declaration.xml": DECLARATION,
        "META-INF/ASiCManifest.xml": manifest,
        "META-INF/signature.p7s": cms(holder(), manifest, pkcs7.PKCS7Options.DetachedSignature),
    }


def test_a_cms_over_a_manifest_covers_what_that_lists() -> None:
    found = read_documents(zipped(with_manifest()), None, trusted())
    assert isinstance(found, tuple)
    (one,) = found[0].signatures
    assert (one.form, one.state, one.trusted, one.whole, one.covers) == (
        "cms",
        "valid",
        True,
        True,
        ("declaration.xml",),
    )


@pytest.mark.parametrize(
    ("members", "where"),
    [
        (with_manifest(digested=b"another"), "META-INF/ASiCManifest.xml"),
        (with_manifest() | {"META-INF/ASiCManifest.xml": MANIFEST.encode()}, "META-INF/signature.p7s"),
        (with_manifest() | {"declaration.xml": b"<ESADout_CU/>"}, "META-INF/ASiCManifest.xml"),
    ],
    ids=["another digest", "another manifest", "another member"],
)
def test_a_manifest_that_does_not_fit_refuses_the_container(members: dict[str, bytes], where: str) -> None:
    found = refusal(zipped(members))
    assert (found.kind, found.where) == ("signature", where)


@pytest.mark.parametrize("method", ["http://www.w3.org/2000/09/xmldsig#sha1", "urn:gost34112012", "urn:none"])
def test_a_manifest_of_a_digest_that_nobody_computes_is_not_checked(method: str) -> None:
    (one,) = opened_asic(zipped(with_manifest(method)), trusted()).signatures
    assert (one.state, one.trusted) == ("unchecked", False)
    assert method in one.reason


def test_a_cms_over_the_only_member_needs_no_manifest() -> None:
    members = {
        "declaration.xml": DECLARATION,
        "META-INF/signature.p7s": cms(holder(), DECLARATION, pkcs7.PKCS7Options.DetachedSignature),
    }
    assert opened_asic(zipped(members), trusted()).signatures[0].covers == ("declaration.xml",)
    assert refusal(zipped(members | {"more.xml": DECLARATION})).reason == "no manifest says what it signs"
    assert refusal(zipped(members | {"declaration.xml": b"<a/>"})).kind == "signature"


@pytest.mark.parametrize("name", ["../up", "/top", "a/../b", "a//b", "./a", "C:/a", "a\\b", "x" * 500])
def test_a_name_that_leads_out_is_refused(name: str) -> None:
    found = refusal(zipped(unzipped(BUNDLE) | {name: b""}))
    assert (found.kind, found.where) == ("container", name[: archive.NAME_MAX])


def test_two_members_of_one_name_are_refused() -> None:
    blob = zipped(unzipped(BUNDLE) | {"declaratiom.xml": b"<a/>"}).replace(b"declaratiom.xml", b"declaration.xml")
    assert (refusal(blob).kind, refusal(blob).where) == ("container", "declaration.xml")


@pytest.mark.parametrize(("offset", "value", "reason"), [(8, 1, "encrypted"), (10, 12, "packed in a way")])
def test_a_locked_or_strangely_packed_member_is_refused(offset: int, value: int, reason: str) -> None:
    blob = bytearray(BUNDLE)
    struct.pack_into("<H", blob, blob.index(b"PK\x01\x02") + offset, value)
    found = refusal(bytes(blob))
    assert found.kind == "container"
    assert reason in found.reason


def test_a_bomb_is_not_unpacked() -> None:
    found = refusal(zipped(unzipped(BUNDLE) | {"bomb": bytes(40_000_000)}))
    assert (found.kind, found.where) == ("size", "bomb")


def test_a_size_that_the_list_lies_about_does_not_help() -> None:
    blob = bytearray(zipped({"META-INF/x": b"", "bomb": bytes(40_000_000)}))
    struct.pack_into("<I", blob, blob.rindex(b"PK\x01\x02") + 24, 10)
    assert isinstance(read_documents(bytes(blob)), Refusal)


def test_members_are_bounded_in_number_and_together(monkeypatch: pytest.MonkeyPatch) -> None:
    many = zipped({f"META-INF/{at}": b"" for at in range(archive.MEMBERS_MAX + 1)})
    assert refusal(many).kind == "items"
    files = {f"META-INF/signatures{at}.xml": b"<a/>" for at in range(SIGNATURE_FILES_MAX + 1)}
    assert refusal(zipped(files)).kind == "items"
    monkeypatch.setattr(archive, "UNPACKED_MAX", 100)
    assert refusal(BUNDLE).kind == "size"
    monkeypatch.setattr(archive, "BYTES_MAX", 100)
    assert refusal(BUNDLE).kind == "size"


@pytest.mark.parametrize("cut", [40, 500, len(BUNDLE) - 1])
def test_a_container_that_is_cut_off_is_refused(cut: int) -> None:
    assert refusal(BUNDLE[:cut]).kind in {"container", "unknown_format"}


def test_other_archives_are_left_alone() -> None:
    sheet = zipped({"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<a/>"})
    opendocument = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": b"<a/>"}
    assert not is_asic(sheet)
    assert not is_asic(zipped(opendocument, zipfile.ZIP_STORED))
    assert is_asic(BUNDLE)


@pytest.mark.parametrize("name", ["", "a/", "../a", "mimetype", "META-INF/a", "declaration.xml", "a\nb", "a\ud800"])
def test_a_paper_of_a_name_that_cannot_be_is_not_bundled(name: str) -> None:
    with pytest.raises(Refused) as refused:
        bundle.bundle((*PAPERS, Member(name=name, content=b"")), SIGNER, NOW)
    assert refused.value.refusal.kind == "container"


def test_papers_are_bounded_in_number_and_together(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="0 papers"):
        bundle.bundle((), SIGNER, NOW)
    with pytest.raises(Refused, match="500 papers"):
        bundle.bundle([Member(name=str(at), content=b"") for at in range(bundle.PAPERS_MAX + 1)], SIGNER, NOW)
    monkeypatch.setattr(bundle, "PAPERS_BYTES_MAX", 10)
    with pytest.raises(Refused, match="more than 10 bytes"):
        bundle.bundle(PAPERS, SIGNER, NOW)


def test_as_many_papers_as_a_container_holds_are_read_again() -> None:
    papers = [Member(name=str(at), content=b"x") for at in range(bundle.PAPERS_MAX)]
    container = opened_asic(bundle.bundle(papers, SIGNER, NOW), TRUST)
    assert (len(container.members), container.signatures[0].state) == (bundle.PAPERS_MAX, "valid")


def test_a_member_referred_to_often_is_not_digested_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "WORK_BYTES_MAX", 1000)
    assert refusal(BUNDLE).kind == "size"
