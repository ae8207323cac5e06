"""The text of a QR code: what leads to a source, what is a number or GS1, and what is made to deceive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beket.exchange.certificates.address import ADDRESS_LENGTH_MAX, TAKEN_LENGTH_MAX
from beket.exchange.certificates.gs1 import Gs1Broken, elements_of
from beket.exchange.certificates.qr import (
    TEXT_LENGTH_MAX,
    QrAddress,
    QrElements,
    QrNumber,
    QrRefused,
    QrTrouble,
    read_qr,
)
from tests.exchange.certificates.trial import trial_source

SOURCE = trial_source()
GTIN = "04600000000008"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("https://cert.example/check/KG-156", "KG-156"),
        ("  HTTPS://Cert.Example:443/check/KG-156\r\n", "KG-156"),
        ("https://cert.example/check/KG%2D156%2F7", "KG-156/7"),
        ("https://cert.example/check/КГ-1", "КГ-1"),
        ("https://cert.example/c?lang=ky&n=KG-156&x=1", "KG-156"),
        ("https://cert.example/check/KG-156#part", "KG-156"),
    ],
)
def test_an_address_of_a_source_gives_the_number(text: str, number: str) -> None:
    found = read_qr(text, [SOURCE])
    assert isinstance(found, QrAddress), found
    assert (found.source, dict(found.taken)) == ("trial_phyto", {"number": number})


HOSTILE: dict[str, tuple[str, QrTrouble]] = {
    "nothing": ("", "empty"),
    "blanks": (" \n", "empty"),
    "too long": ("1" * (TEXT_LENGTH_MAX + 1), "size"),
    "an address that is too long": ("https://cert.example/check/" + "1" * ADDRESS_LENGTH_MAX, "size"),
    "a script": ("javascript:alert(1)", "scheme"),
    "a file": ("file:///etc/passwd", "scheme"),
    "a telephone": ("tel:+996000000", "scheme"),
    "a name before the host": ("https://cert.example@evil.example/check/1", "userinfo"),
    "an empty name before the host": ("https://@cert.example/check/1", "userinfo"),
    "another host": ("https://evil.example/check/1", "host"),
    "a longer host": ("https://cert.example.evil.example/check/1", "host"),
    "a host below": ("https://a.cert.example/check/1", "host"),
    "another port": ("https://cert.example:8443/check/1", "host"),
    "no host": ("https:///check/1", "host"),
    "this machine": ("http://127.0.0.1/check/1", "host"),
    "a point behind the host": ("https://cert.example./check/1", "look_alike"),
    "Cyrillic letters": ("https://сеrt.example/check/1", "look_alike"),
    "Cyrillic letters in disguise": ("https://xn--rt-mlc1c.example/check/1", "look_alike"),
    "wide letters": ("https://ｃert.example/check/1", "look_alike"),
    "in the clear": ("http://cert.example/check/1", "form"),
    "another page": ("https://cert.example/login", "form"),
    "a part more": ("https://cert.example/check/1/2", "form"),
    "no number": ("https://cert.example/check/", "form"),
    "a way up": ("https://cert.example/check/..", "form"),
    "a hidden way up": ("https://cert.example/check/%2e%2e%2fadmin", "form"),
    "a line break in the number": ("https://cert.example/check/1%0d%0aX", "form"),
    "a number that is too long": ("https://cert.example/check/" + "1" * (TAKEN_LENGTH_MAX + 1), "form"),
    "a number twice": ("https://cert.example/c?n=1&lang=ky&n=2", "form"),
    "a backslash": ("https://evil.example\\@cert.example/check/1", "signs"),
    "a blank": ("https://cert.example/check/1 2", "signs"),
    "an invisible sign": ("https://cert.example/check/1\u200b", "signs"),
    "a turn of direction": ("https://cert.example/check/\u202e1", "signs"),
    "a port that is none": ("https://cert.example:99999/check/1", "signs"),
    "a broken host": ("https://[cert.example/check/1", "signs"),
    "too many parameters": ("https://cert.example/c?" + "&".join(["a=1"] * 40), "signs"),
    "too many parts": ("https://cert.example" + "/a" * 40, "signs"),
    "a sentence": ("see the paper", "unknown"),
    "a long number": ("1" * 65, "unknown"),
    "a wrong check digit": (f"(01){GTIN[:-1]}1", "check"),
    "an element that nobody knows": ("(89)123", "unknown"),
}


@pytest.mark.parametrize(("text", "trouble"), HOSTILE.values(), ids=HOSTILE)
def test_what_leads_nowhere_says_why(text: str, trouble: QrTrouble) -> None:
    found = read_qr(text, [SOURCE])
    assert isinstance(found, QrRefused), found
    assert found.trouble == trouble
    assert len(found.reason) < 300


def test_a_host_in_letters_of_its_own_is_known_by_its_plain_form() -> None:
    source = trial_source("cert.example", "xn--e1aybc.example")
    found = read_qr("https://xn--e1aybc.example/check/7", [SOURCE, source])
    assert isinstance(found, QrAddress)
    assert isinstance(read_qr("https://xn--e1aybc.example/check/7", [SOURCE]), QrRefused)


@pytest.mark.parametrize("text", ["KG-156/0001", "№ 12 АВ 7", "1", "12.34(5)", "1" * 64])
def test_a_plain_number_is_one(text: str) -> None:
    assert read_qr(text, [SOURCE]) == QrNumber(number=text)


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        (f"(01){GTIN}(10)AB-1(17)270101", {"01": GTIN, "10": "AB-1", "17": "270101"}),
        (f"]d201{GTIN}10AB-1\x1d17270101", {"01": GTIN, "10": "AB-1", "17": "270101"}),
        (f"\x1d01{GTIN}3103001250", {"01": GTIN, "3103": "001250"}),
        ("]C100046000000000000015" + "400KG 1".replace(" ", ""), {"00": "046000000000000015", "400": "KG1"}),
    ],
)
def test_gs1_elements_are_read(text: str, elements: dict[str, str]) -> None:
    assert read_qr(text, [SOURCE]) == QrElements(elements=elements)


@pytest.mark.parametrize(
    "text",
    [f"(01){GTIN}x", "(01)1", "]d2", "]d2899", "(10)A(10)B", "]d201123", f"(01){GTIN[:-1]}٨", "]d28"],
)
def test_elements_that_are_broken_are_refused(text: str) -> None:
    with pytest.raises(Gs1Broken):
        elements_of(text)


@given(st.text(max_size=300) | st.from_regex(r"https?://[^/]{0,20}/.{0,40}") | st.from_regex(r"[(\]]\w{0,3}.{0,40}"))
def test_any_text_gives_a_value(text: str) -> None:
    found = read_qr(text, [SOURCE])
    assert isinstance(found, QrAddress | QrElements | QrNumber | QrRefused)
