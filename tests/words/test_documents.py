"""The neutral form of documents: what is made of its parts by one rule."""

from __future__ import annotations

import pytest
from msgspec.structs import fields

from beket.words.documents import Address, address_line


@pytest.mark.parametrize(
    ("address", "line"),
    [
        (None, None),
        (Address(), None),
        (Address(country="KG"), None),
        (Address(country="KG", city="Нарын", street="ул. Пробная", building="1"), "Нарын, ул. Пробная, 1"),
        (Address(text="Trial Yard, Naryn"), "Trial Yard, Naryn"),
    ],
)
def test_an_address_in_one_line_goes_from_the_large_to_the_small(address: Address | None, line: str | None) -> None:
    assert address_line(address) == line


def test_every_part_of_an_address_but_its_country_stands_in_the_line() -> None:
    names = [field.name for field in fields(Address)]
    assert address_line(Address(**{name: name for name in names})) == ", ".join(names[1:])
