"""A person who writes a paper CMR into the form with the keyboard alone, as slowly as people do or at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct
from playwright.sync_api import Page

KEY_S: Final = 0.18
"""How long an officer who types with several fingers takes for a key."""

FIELD_S: Final = 0.6
"""How long the eye takes from the form to the paper and back, at each field."""

GOODS: Final = (
    ("ceramic til", "", "400", "CT", "18200,5", "17950", "9100,1", "USD"),
    ("392410", "", "120", "CT", "640", "600", "1410", ""),
    ("940320", "Шкафы", "36", "BX", "1250", "1190,5", "2380", ""),
)
"""Three lines: found by words, by digits, and with the paper's own description; the currency is written once."""

SENT: Final[Mapping[str, str]] = {
    "number": "KTT-4471", "consignor_name": "Kashgar Trial Trading", "consignor_country": "CN",
    "consignee_name": "ОсОО Пробный товар", "consignee_country": "KG", "delivery_name": "Бишкек",
    "delivery_country": "KG", "taking_over_name": "Kashgar", "taking_over_country": "CN",
    "attached-1-kind": "invoice", "attached-1-number": "INV-0009", "attached-2-kind": "packing_list",
    "attached-2-number": "PL-0009", "goods-1-packages": "400", "goods-1-gross": "18200,5", "goods-2-code": "392410",
    "goods-2-currency": "USD", "goods-3-code": "940320", "goods-3-description": "Шкафы", "goods-3-net": "1190,5",
    "goods-3-value": "2380", "goods-3-currency": "USD", "carrier_name": "Trial Haulage", "carrier_country": "KG",
    "seals": "KG-000117",
}  # fmt: skip
"""What the form then has, dates and what machines read left out."""


class Effort(Struct):
    """What it took: keys pressed, and fields gone to."""

    keys: int = 0
    fields: int = 1

    @property
    def seconds(self) -> float:
        """How long a person takes for this, by keys and fields."""
        return self.keys * KEY_S + self.fields * FIELD_S


class Typist:
    """Types, and counts."""

    def __init__(self, page: Page, *, slow: bool = False) -> None:
        self.page = page
        self.effort = Effort()
        self._key_ms, self._field_ms = (KEY_S * 1000, FIELD_S * 1000) if slow else (0.0, 0.0)

    def press(self, *keys: str) -> None:
        """Press some keys."""
        for key in keys:
            self.page.keyboard.press(key, delay=self._key_ms)
            self.effort.keys += 1

    def write(self, *texts: str) -> None:
        """Fill in one field after the other, each left by Enter; an empty text leaves a field as it is."""
        for text in texts:
            self.page.keyboard.type(text, delay=self._key_ms)
            self.effort.keys += len(text)
            self.go_on()

    def go_on(self) -> None:
        """Leave a field by Enter."""
        self.press("Enter")
        self._arrive()

    def find_code(self, words: str) -> None:
        """Look a code up and take the first that fits; the description is filled in with it."""
        self.page.keyboard.type(words, delay=self._key_ms)
        self.effort.keys += len(words)
        if words.isdigit():
            self.page.wait_for_selector(".found [role=option]")
            self.press("ArrowDown")
        self.press("Enter")
        self.page.wait_for_selector("input[name$='-description']:focus")
        self._arrive()

    def _arrive(self) -> None:
        self.effort.fields += 1
        self.page.wait_for_timeout(self._field_ms)


def write_cmr(typist: Typist, *, seen: bool) -> None:
    """Write the whole note, from its number to the button; `seen` where the plates were read and need no typing."""
    typist.write("KTT-4471", " ", "Kashgar Trial Trading", "CN", "", "ОсОО Пробный товар", "KG", "")
    typist.write("Бишкек", "KG", "Kashgar", "CN", " ")
    for letter, number in (("I", "INV-0009"), ("P", "PL-0009")):
        typist.write(letter, number, "1811")
    typist.go_on()  # the empty line: out of the list
    for words, description, *rest in GOODS:
        typist.find_code(words)
        typist.write(description, *filter(None, rest))
    typist.go_on()  # the empty line
    typist.write("", "Trial Haulage", "KG", "")
    if not seen:
        typist.write("01777ABC", "KG", "0123AB", "KG")
    while typist.page.evaluate("document.activeElement.name") != "seals":
        typist.go_on()  # what no machine read and the paper does not have
    typist.write("KG-000117")
    typist.press("Enter")
