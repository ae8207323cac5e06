"""What the board takes from readings: of a person's document no more than tells one paper from another."""

from __future__ import annotations

import pytest

from beket.board.heard import CODE_SIGNS_MAX, hear, masked
from beket.board.rows import SightingRow
from beket.log.book import Seq
from beket.log.memory import MemoryBook
from beket.words.ids import DeviceId, Instant, PlaceId, ReadingId
from beket.words.readings import CodeRead, DocumentRead, Reading, ScanResult
from beket.words.wire import Entry

PLACE = PlaceId("KG-BDB-A")
READER = DeviceId("KG-BDB-A/in-1/reader")


def seen(said: Reading) -> SightingRow:
    book = MemoryBook()
    book.append(PLACE, [Entry(body=said)])
    (row,) = hear(book.read(PLACE, Seq(0), 1)).sightings
    return row


@pytest.mark.parametrize(
    ("number", "shown"),
    [("U10471156", "••••••156"), ("123456", "•••456"), ("12345", "•••••"), ("7", "•"), ("", "")],
)
def test_of_a_number_only_the_end_is_kept_and_of_a_short_one_nothing(number: str, shown: str) -> None:
    assert masked(number) == shown


def test_of_a_document_only_type_state_and_the_end_of_its_number_come_to_the_board() -> None:
    document = DocumentRead(
        device_id=READER,
        received=Instant(1000),
        reading_id=ReadingId("0d" * 16),
        document_type="P",
        number="U10471156",
        issuer="UTO",
        surname="VALDORIN",
        given_names="KESTRA",
        nationality="UTO",
        birth_date="1980-02-03",
        sex="F",
        expiry_date="2030-01-01",
        personal_number="7731",
    )
    assert seen(document) == SightingRow(PLACE, 1, 0, READER, 1000, value="••••••156", country="UTO", sort="P")


def test_a_code_is_kept_to_so_many_signs_and_a_scan_with_its_verdict() -> None:
    code = seen(CodeRead(device_id=READER, received=Instant(1000), reading_id=ReadingId("0c" * 16), text="x" * 4000))
    assert code.value == "x" * CODE_SIGNS_MAX
    scan = ScanResult(
        device_id=READER,
        received=Instant(1000),
        reading_id=ReadingId("05" * 16),
        scan_id="S-1",
        verdict="clear",
        plate="A1",
    )
    assert (seen(scan).value, seen(scan).sort) == ("A1", "clear")
