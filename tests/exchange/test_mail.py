"""A letter brings its attachments; whatever a letter is made of, it is read or refused."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beket.exchange import mail
from beket.exchange.kit.refusal import Refusal
from beket.exchange.mail import Letter, opened_letter


def letter(*files: tuple[str, bytes], sender: str = "Broker <Broker@Example.org>") -> EmailMessage:
    message = EmailMessage()
    if sender:
        message["From"] = sender
    message["Subject"] = "Документы"
    message.set_content("See the files.")
    message.add_alternative("<p>See <img src='cid:logo'></p>", subtype="html")
    for name, blob in files:
        message.add_attachment(blob, maintype="application", subtype="xml", filename=name)
    return message


def forwarded(inner: EmailMessage, times: int) -> EmailMessage:
    for _ in range(times):
        outer = EmailMessage()
        outer["From"] = "fwd@example.org"
        outer.set_content("fwd")
        outer.add_attachment(inner)
        inner = outer
    return inner


def opened(message: EmailMessage) -> Letter:
    found = opened_letter(message.as_bytes())
    assert isinstance(found, Letter), found
    return found


def refusal(blob: bytes) -> Refusal:
    found = opened_letter(blob)
    assert isinstance(found, Refusal), found
    return found


def test_each_attachment_comes_with_its_name_type_and_bytes() -> None:
    found = opened(letter(("декларация.xml", b"<a/>\r\n"), ("b.bin", b"\x00\xff")))
    assert found.sender == "broker@example.org"
    assert [(one.name, one.media_type, one.blob) for one in found.attachments] == [
        ("декларация.xml", "application/xml", b"<a/>\r\n"),
        ("b.bin", "application/xml", b"\x00\xff"),
    ]


def test_a_text_with_a_name_is_a_file_and_a_logo_is_none() -> None:
    message = letter()
    message.add_attachment("a;b", filename="register.csv", disposition="inline")
    message.add_attachment(b"png", maintype="image", subtype="png", filename="logo.png", disposition="inline")
    message.add_attachment(b"jpg", maintype="image", subtype="jpeg", filename="scan.jpg")
    message.add_attachment(b"sig", maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    assert [one.name for one in opened(message).attachments] == ["register.csv", "scan.jpg"]


def test_attachments_of_a_forwarded_letter_are_taken_up_to_a_depth() -> None:
    inner = letter(("a.xml", b"<a/>"))
    assert [one.name for one in opened(forwarded(inner, mail.NESTED_MAX)).attachments] == ["a.xml"]
    assert refusal(forwarded(inner, mail.NESTED_MAX + 1).as_bytes()).kind == "depth"


@pytest.mark.parametrize("sender", ["", "undisclosed:;", "<>"])
def test_a_letter_without_a_sender_is_from_nobody_known(sender: str) -> None:
    blob = letter(("a.xml", b"<a/>"), sender="x@example.org").as_bytes()
    found = opened_letter(blob.replace(b"From: x@example.org", f"From: {sender}".encode() if sender else b"X: y"))
    assert isinstance(found, Letter)
    assert found.sender == mail.UNKNOWN


def test_what_brings_nothing_is_refused_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no attachment" in refusal(letter().as_bytes()).reason
    assert refusal(b"").kind == "empty"
    many = letter(*((f"{number}.xml", b"<a/>") for number in range(3)))
    monkeypatch.setattr(mail, "ATTACHMENTS_MAX", 2)
    assert refusal(many.as_bytes()).kind == "items"


def test_parts_in_parts_without_end_and_long_lines_are_refused() -> None:
    deep = "".join(f'Content-Type: multipart/mixed; boundary="b{at}"\n\n--b{at}\n' for at in range(200))
    assert refusal(deep.encode()).kind in {"depth", "malformed"}
    assert refusal(b"From: " + b"(" * (mail.HEADER_CHARS_MAX + 1) + b"\n\nx").kind == "size"
    assert isinstance(opened_letter(b"From: " + b"(" * 3000 + b"\n\nx"), Refusal)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300), st.integers(0, 900), st.integers(0, 60))
def test_any_letter_is_read_or_refused(noise: bytes, at: int, cut: int) -> None:
    whole = letter(("a.xml", b"<a/>")).as_bytes()
    assert isinstance(opened_letter(noise), Letter | Refusal)
    assert isinstance(opened_letter(whole[:at] + noise + whole[at + cut :]), Letter | Refusal)
