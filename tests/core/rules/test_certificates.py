"""Certificates on their last day, of other goods, for somebody else, and what their issuers say."""

from __future__ import annotations

from typing import Final

import pytest
from msgspec.structs import replace

from beket.core.documents.state import Paper
from beket.core.risk.picture import Picture
from beket.words.gist import Odd
from beket.words.readings import Answered, Compared
from tests.core.rules.tables import Found, Tables, finds, goods, paper, parties, picture, rows


def asked(answered: Answered, *differences: Compared) -> Paper:
    """A certificate whose source was asked for it."""
    return replace(certificate(), answered=answered, differences=differences)


def certificate(**held: object) -> Paper:
    """A certificate."""
    return paper("certificate", "c1", **held)


def declaration(**held: object) -> Paper:
    """A declaration."""
    return paper("goods_declaration", "d1", **held)


def note(**held: object) -> Paper:
    """A consignment note."""
    return paper("consignment_note", "n1", **held)


def of_day(valid_from: str | None, valid_until: str | None) -> Picture:
    """A lorry that comes on 2026-11-18 with a certificate of some days."""
    return picture(certificate(valid_from=valid_from, valid_until=valid_until))


def not_of_day(valid_from: str, valid_until: str) -> Found:
    """What is found of such a certificate."""
    return ({"came_on": "2026-11-18", "valid_from": valid_from, "valid_until": valid_until},)


def other_goods(certified: str, declared: str) -> Found:
    """What is found of a certificate of other goods."""
    return ({"certified_codes": certified, "declared_codes": declared},)


ONIONS, APPLES = "070310", "080810"

TABLES: Final[Tables] = {
    "C01": (
        ("on its first and last day", of_day("2026-11-18", "2026-11-18"), ()),
        ("a day late", of_day(None, "2026-11-17"), not_of_day("", "2026-11-17")),
        ("a day early", of_day("2026-11-19", None), not_of_day("2026-11-19", "")),
        ("a year late, as at Ak-Tilek", of_day("2025-01-10", "2025-11-17"), not_of_day("2025-01-10", "2025-11-17")),
        ("no days", of_day(None, None), ()),
        ("days that are none", of_day("soon", "2026-02-30"), ()),
        ("another document's last day", picture(note(valid_until="2020-01-01")), ()),
        ("one that cancels", picture(certificate(valid_until="2020-01-01", cancels=True)), ()),
    ),
    "C02": (
        ("the same subheading", picture(certificate(**goods(ONIONS)), declaration(**goods(ONIONS))), ()),
        ("the same heading", picture(certificate(**goods("070390")), declaration(**goods(ONIONS))), ()),
        ("one of several", picture(certificate(**goods(APPLES, ONIONS)), declaration(**goods(ONIONS))), ()),
        (
            "none in common, as with the onions of 2026",
            picture(certificate(**goods(APPLES)), note(**goods(ONIONS))),
            other_goods("0808", "0703"),
        ),
        (
            "the declaration says what the goods are, and not the note",
            picture(certificate(**goods(APPLES)), note(**goods(APPLES)), declaration(**goods(ONIONS))),
            other_goods("0808", "0703"),
        ),
        (
            "a line of the certificate has no code",
            picture(certificate(**goods(APPLES, uncoded=1)), note(**goods(ONIONS))),
            (),
        ),
        ("a line of the note has no code", picture(certificate(**goods(APPLES)), note(**goods(ONIONS, uncoded=1))), ()),
        ("a chapter is too rough", picture(certificate(**goods("08")), note(**goods(ONIONS))), ()),
        ("no codes here", picture(certificate(), note(**goods(ONIONS))), ()),
        ("no codes there", picture(certificate(**goods(APPLES)), note()), ()),
        ("no other paper", picture(certificate(**goods(APPLES))), ()),
    ),
    "C03": (
        (
            "the same, written otherwise",
            picture(
                certificate(parties=parties("consignee", "ОсОО «Ак-Жол Импорт»")),
                declaration(parties=parties("consignee", "АК ЖОЛ ИМПОРТ")),
            ),
            (),
        ),
        (
            "another",
            picture(
                certificate(parties=parties("consignee", "Дордой Трейд")),
                declaration(parties=parties("consignee", "Ак-Жол Импорт")),
            ),
            ({"certified_name": "Дордой Трейд", "declared_name": "Ак-Жол Импорт"},),
        ),
        (
            "one of those of several declarations",
            picture(
                certificate(parties=parties("consignee", "Дордой Трейд")),
                declaration(parties=parties("consignee", "Ак-Жол Импорт")),
                declaration(parties=parties("consignee", "Дордой Трейд")),
            ),
            (),
        ),
        (
            "without a declaration the note counts",
            picture(
                certificate(parties=parties("consignee", "Дордой Трейд")),
                note(parties=parties("consignee", "Ак-Жол Импорт")),
            ),
            ({"certified_name": "Дордой Трейд", "declared_name": "Ак-Жол Импорт"},),
        ),
        (
            "in another alphabet",
            picture(
                certificate(parties=parties("consignee", "Dordoi Trade")),
                declaration(parties=parties("consignee", "Ак-Жол Импорт")),
            ),
            (),
        ),
        ("nobody is named", picture(certificate(), declaration(parties=parties("consignee", "Ак-Жол Импорт"))), ()),
        (
            "in another role",
            picture(
                certificate(parties=parties("consignor", "Дордой")), declaration(parties=parties("consignee", "Ак-Жол"))
            ),
            (),
        ),
    ),
    "C04": (
        ("the issuer says the same", certificate(), ()),
        (
            "another number at the source",
            certificate(source_says=(Odd(where="number", said="C-100200 is C-100999"),)),
            ({"where": "number", "said": "C-100200 is C-100999"},),
        ),
        (
            "its code leads to another certificate",
            asked("another", Compared(field="number", printed="C-100200", at_source="C-100999")),
            ({"printed": "C-100200", "at_source": "C-100999"},),
        ),
        (
            "its issuer has a line that it lacks",
            asked("differs", Compared(field="goods 2 code", at_source="070310")),
            ({"printed": "–", "at_source": "070310"},),
        ),
        ("its issuer has none such", asked("not_found"), ({"said": "not_found"},)),
        ("its issuer cannot be reached", asked("unreachable"), ()),
    ),
}


@pytest.mark.parametrize(("code", "seen", "found"), rows(TABLES))
def test_rule(code: str, seen: Picture | Paper, found: Found) -> None:
    assert finds(code, seen) == found
