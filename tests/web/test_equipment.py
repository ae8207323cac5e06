"""The equipment's screens: five statements, lists that agree with their counts, exports, lanes, messages read again."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, cast

import msgspec
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from beket.board.panels.equipment import AspectSeen, DoubtSeen, EquipmentRow, WindowSeen
from beket.board.panels.place import LaneRow
from beket.board.panels.spoken import Spoken
from beket.log.heads import RawMessage
from beket.web import codecs, sheets
from beket.web.codecs import Marked, ReadAgain
from beket.web.eyes import Eyes
from beket.web.phrases import ASPECTS, CLASSES, DOUBTS
from beket.web.shown.equipment import (
    NAMES,
    SHOWS,
    by_days,
    by_need,
    count,
    days_left,
    fits,
    holds_of,
    judge,
    show_piece,
)
from beket.web.shown.lanes import show_lanes
from beket.web.shown.messages import dump, show_message
from beket.words import facts
from beket.words.facts import Aspect, Doubt
from beket.words.ids import DeviceId, EntryRef, Instant, LaneId, PlaceId
from beket.words.site import Class, Device
from tests.web.conftest import HERE, THERE, Stage

if TYPE_CHECKING:
    from django.http import StreamingHttpResponse
    from django.test import Client

SignIn = Callable[[str], "Client"]
NOW = Instant(1_795_000_000_000)
"""2026-11-18, 17:06 in Bishkek."""

FACT = EntryRef("7.0")


def found(aspect: Aspect, *, holds: bool | None = True, why: str | None = None) -> AspectSeen:
    return AspectSeen(aspect=aspect, holds=holds, why=why, since=Instant(NOW - 60_000), fact=FACT)


def piece(**changes: Any) -> EquipmentRow:  # noqa: ANN401
    """A scale of which all is known and well, but for the changes."""
    well = EquipmentRow(
        place=PlaceId("KG-X"), id=DeviceId("KG-X/in-1/scale"), driver="yaohua_a9", klass="scale", lane=LaneId("in-1"),
        zone="control", view="none", model="A9", serial="1", firmware=None, accuracy_class="III",
        installed_on="2025-01-02", verified_on="2026-06-01", verified_until="2027-06-01", calibrated_on=None,
        calibrated_until=None, expected_period_s=5, state="up", reason=None, since=None, state_fact=None,
        clock_wrong=False, drift_ms=None, readings=0, last=None, last_kind=None, last_received=None,
        aspects=tuple(map(found, NAMES)), doubts=(), window=None,
    )  # fmt: skip
    return msgspec.structs.replace(well, **changes)


def but(aspect: Aspect, why: str, *, holds: bool | None = False) -> tuple[AspectSeen, ...]:
    return tuple(found(aspect, holds=holds, why=why) if name == aspect else found(name) for name in NAMES)


DOUBT = DoubtSeen(doubt="zero_drift", measured=63.5, usual=0, bound=20, since=NOW, fact=FACT)
WINDOW = WindowSeen(from_at=Instant(NOW - 1), until_at=Instant(NOW + 1), reason="lens", by_whom="engineer", fact=FACT)


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, "normal"),
        ({"state": "down", "doubts": (DOUBT,)}, "high"),
        ({"state": "down", "window": WINDOW}, "low"),
        ({"aspects": but("sending", "silent")}, "high"),
        ({"aspects": but("powered", "silent", holds=None)}, "normal"),
        ({"aspects": but("calibrated", "expired"), "verified_until": "2026-11-17"}, "medium"),
        ({"doubts": (DOUBT,)}, "medium"),
        ({"aspects": but("used", "none")}, "medium"),
        ({"clock_wrong": True}, "low"),
        ({"state": "unknown"}, "unknown"),
        ({"verified_until": "2026-12-18"}, "low"),
        ({"verified_until": "2026-12-19"}, "normal"),
    ],
)
def test_the_worst_that_is_so_is_what_is_shown(stage: Stage, changes: dict[str, Any], level: str) -> None:
    with translation.override("en"):
        assert judge(piece(**changes), NOW)[0] == level


def test_each_aspect_is_a_statement_of_its_own(stage: Stage) -> None:
    with translation.override("en"):
        shown = show_piece(piece(aspects=but("used", "some")), "X", "UTC", NOW)
    said = {aspect.name: (aspect.holds, aspect.says) for aspect in shown.aspects}
    assert said == {
        "installed": ("yes", "Installed"),
        "powered": ("yes", "Powered"),
        "calibrated": ("yes", "Calibrated"),
        "sending": ("yes", "Sending"),
        "used": ("no", "Not used"),
    }
    assert shown.aspects[-1].why == "it met fewer than half of the last conveyances of its lane"
    assert shown.aspects[-1].fact == FACT


def test_what_does_not_apply_is_not_asked_and_what_nobody_said_is_unknown() -> None:
    camera = piece(klass="camera", aspects=())
    assert [holds_of(camera, name) for name in NAMES] == ["unknown", "unknown", "apart", "unknown", "unknown"]
    assert holds_of(piece(lane=LaneId(""), aspects=()), "used") == "apart"


@pytest.mark.parametrize(
    ("days", "said"), [(None, "–"), (-1, "1 day over"), (-12, "12 days over"), (0, "0 days left"), (1, "1 day left")]
)
def test_days_to_a_verification_in_words(stage: Stage, days: int | None, said: str) -> None:
    with translation.override("en"):
        assert days_left(days) == said


ROWS = [
    piece(),
    piece(id=DeviceId("KG-X/b"), state="down", aspects=but("sending", "silent"), doubts=(DOUBT,)),
    piece(id=DeviceId("KG-X/c"), klass="camera", verified_until=None, aspects=()),
    piece(id=DeviceId("KG-X/d"), verified_until="2026-11-01", window=WINDOW),
    piece(id=DeviceId("KG-X/e"), verified_until="2026-12-01", lane=LaneId("")),
]


def test_every_count_is_the_length_of_the_list_it_leads_to(stage: Stage) -> None:
    for one, name in zip(count(ROWS, "/equipment", {}), NAMES, strict=True):
        for holds, number in (("yes", one.yes), ("no", one.no), ("unknown", one.unknown)):
            assert sum(fits(row, f"{name}-{holds}", NOW) for row in ROWS) == number
        assert one.yes + one.no + one.unknown == one.of == sum(holds_of(row, name) != "apart" for row in ROWS)


@pytest.mark.parametrize(
    ("show", "ids"),
    [
        ("expired", ["d"]),
        ("due", ["e"]),
        ("doubted", ["b"]),
        ("maintenance", ["d"]),
        ("down", ["b"]),
        ("up", ["d", "e", "scale", "c"]),
        ("unknown", []),
        ("", ["d", "e", "b", "scale", "c"]),
    ],
)
def test_a_list_holds_what_its_filter_says(show: str, ids: list[str]) -> None:
    fitting = sorted((row for row in ROWS if fits(row, show, NOW)), key=lambda row: by_days(row, NOW))
    shown = [row.id.rpartition("/")[2] for row in fitting]
    assert shown == ids


def test_what_is_to_be_looked_at_now_stands_first_and_agreed_work_does_not(stage: Stage) -> None:
    rows = [*ROWS, piece(id=DeviceId("KG-X/f"), state="down"), piece(id=DeviceId("KG-X/g"), state="unknown")]
    with translation.override("en"):
        order = sorted(rows, key=lambda row: by_need(row, NOW))
    assert [row.id.rpartition("/")[2] for row in order] == ["b", "f", "d", "e", "g", "scale", "c"]


def test_every_filter_has_words_and_every_class_and_doubt_too() -> None:
    from typing import get_args

    from beket.web.shown.equipment import show_words

    assert {key for key, _ in show_words()} == set(SHOWS)
    assert set(CLASSES) == set(get_args(Class))
    assert set(DOUBTS) == set(get_args(Doubt))
    assert set(ASPECTS) == set(get_args(Aspect))


# Lanes


def test_a_lane_out_of_the_country_is_drawn_back_and_nothing_is_lost(stage: Stage) -> None:
    lanes = [
        LaneRow(id=LaneId("in-1"), direction="in", inside=12, waiting=1, oldest_waiting_at=None),
        LaneRow(id=LaneId("out-1"), direction="out", inside=0, waiting=0, oldest_waiting_at=None),
    ]
    rows = [
        piece(),
        piece(id=DeviceId("KG-X/out-1/cam"), klass="camera", lane=LaneId("out-1"), zone="departure"),
        piece(id=DeviceId("KG-X/hand"), klass="detector", lane=LaneId("")),
        piece(id=DeviceId("KG-X/old"), lane=LaneId("gone")),
    ]
    with translation.override("en"):
        shown = show_lanes(lanes, [show_piece(row, "X", "UTC", NOW) for row in rows])
    inward, outward = shown.lanes
    assert [zone.zone for zone in inward.zones] == ["arrival", "control", "departure"]
    assert [zone.zone for zone in outward.zones] == ["departure", "control", "arrival"]
    assert [one.short for one in inward.zones[1].on_road] == ["in-1/scale"]
    assert [one.short for one in outward.zones[0].beside] == ["out-1/cam"]
    assert [one.short for one in shown.carried] == ["hand", "old"]
    assert [len(zone.lorries) for zone in inward.zones] == [1, 8, 0]


@pytest.mark.parametrize(("language", "word"), [("en", "Scales"), ("ru", "Весы"), ("ky", "Тараза")])
def test_the_drawing_speaks_three_languages(stage: Stage, sign_in: SignIn, language: str, word: str) -> None:
    client = sign_in("device_engineer")
    client.cookies["language"] = language
    page = client.get(f"/places/{HERE}/equipment").content.decode()
    assert page.count(f'<span class="what">{word}</span>') == 2
    assert page.count('class="pin"') == 6


# The register and its files


def test_the_register_pages_and_narrows(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("duty_officer")
    assert client.get("/equipment").content.decode().count("<tr id=") == 12
    assert client.get("/equipment?klass=nothing").content.decode().count("<tr id=") == 0
    assert client.get(f"/equipment?place={HERE}").content.decode().count("<tr id=") == 6
    assert client.get("/equipment?page=2").content.decode().count("<tr id=") == 0
    for nonsense in ("show=x' OR 1", "page=-1", "page=%F0%9D%9F%97", "place=%00", "show=sending-apart2"):
        assert client.get(f"/equipment?{nonsense}").status_code == 200


def test_both_views_hold_the_same_pieces_and_lead_to_each_other(stage: Stage, sign_in: SignIn) -> None:
    client = sign_in("duty_officer")
    asked = f"?place={HERE}&amp;klass=scale"
    held = set()
    for address in ("/devices", "/equipment"):
        page = client.get(f"{address}?place={HERE}&klass=scale&page=1").content.decode()
        held.add(tuple(sorted(re.findall(r'<tr id="(e-[^"]+)"', page))))
        for other in ("/devices", "/equipment", "/equipment.csv", "/equipment.xlsx"):
            assert f'href="{other}{asked}"' in page
        assert f'href="/places/{HERE}/equipment"' in page
        assert f'href="{address}{asked}&amp;show=installed-yes"' in page
        assert f'<a href="{address}{asked}" aria-current="page">' in page
    assert [len(each) for each in held] == [2]
    drawing = client.get(f"/places/{HERE}/equipment").content.decode()
    for address in ("/devices", "/equipment"):
        assert f'<a href="{address}?place={HERE}">' in drawing


def csv_of(client: Client, query: str = "") -> list[list[str]]:
    answer = cast("StreamingHttpResponse", client.get(f"/equipment.csv{query}"))
    text = b"".join(cast("Iterator[bytes]", answer.streaming_content)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_file_holds_the_list_and_no_other_post(stage: Stage, sign_in: SignIn) -> None:
    head, *rows = csv_of(sign_in("duty_officer"))
    assert len(rows) == 12
    assert len({len(row) for row in [head, *rows]}) == 1
    assert [row[0] for row in csv_of(sign_in("inspector"))[1:]] == [HERE] * 6
    assert {row[3] for row in csv_of(sign_in("duty_officer"), "?klass=portal")[1:]} == {"Radiation portal"}


def test_a_workbook_has_the_same_rows_and_no_formula(stage: Stage, sign_in: SignIn) -> None:
    answer = cast("StreamingHttpResponse", sign_in("duty_officer").get("/equipment.xlsx"))
    book = zipfile.ZipFile(io.BytesIO(b"".join(cast("Iterator[bytes]", answer.streaming_content))))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 13
    assert "<f>" not in sheet
    assert "duty_officer" in book.read("docProps/core.xml").decode()


HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\rx"]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_looks_like_a_formula_stays_text(text: str) -> None:
    (_, line) = sheets.csv_lines([[text]])
    assert next(csv.reader(io.StringIO(line, newline="")))[0] == "'" + text
    book = zipfile.ZipFile(sheets.workbook([["head"], [text, -5, date(2026, 1, 2)]], "t", "me"))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<v>-5</v>" in sheet


def test_a_number_below_nought_is_a_number_and_a_date_a_date() -> None:
    assert [sheets.safe(value) for value in (-5, -0.5, None, date(2026, 1, 2))] == [-5, -0.5, "", "2026-01-02"]


# One device


@pytest.fixture
def reader() -> Iterator[list[Device]]:
    """A driver that reads a plate in any message, and explains two runs of it."""
    asked: list[Device] = []

    def read(device: Device, blob: bytes, received: Instant) -> ReadAgain:
        asked.append(device)
        at = blob.index(b"01777ABC")
        return ReadAgain(
            readings=({"kind": "plate_read", "plate": "01777ABC", "country": "UZ", "received": received},),
            problems=("field: <script>",),
            marks=(Marked(at, at + 8, "licensePlate", "01777ABC"), Marked(at + 8, 10**9, "rest", "…")),
        )

    codecs.install(read)
    yield asked
    codecs.forget(read)


def test_without_a_reader_the_page_says_so(stage: Stage, sign_in: SignIn) -> None:
    page = sign_in("device_engineer").get(f"/devices/{HERE}/in-1/camera-front").content.decode()
    assert "No reader of messages is installed" in page
    assert "<mark" not in page


def test_a_message_of_a_device_whose_layout_is_not_known_is_not_read_again(
    sign_in: SignIn, reader: list[Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its options are not known then, so nothing is guessed."""
    monkeypatch.setattr("beket.board.panels.spoken.registered", lambda *_: None)
    page = sign_in("device_engineer").get(f"/devices/{HERE}/in-1/camera-front").content.decode()
    assert "cannot be read again here" in page
    assert reader == []


def test_a_message_is_read_again_beside_what_was_read_then(stage: Stage, sign_in: SignIn, reader: list[Device]) -> None:
    page = sign_in("device_engineer").get(f"/devices/{HERE}/in-1/camera-front").content.decode()
    assert reader[0].driver == "hikvision_isapi"
    assert "read differently today" in page
    assert 'data-mark="1" title="licensePlate">30 31' in page
    assert "field: &lt;script&gt;" in page
    assert "“approaching” means along the lane" in page


def test_who_may_not_see_bytes_has_nothing_read_again(stage: Stage, sign_in: SignIn, reader: list[Device]) -> None:
    page = sign_in("inspector").get(f"/devices/{HERE}/in-1/camera-front").content.decode()
    assert "Your roles do not include raw bytes." in page
    assert reader == []
    assert "licensePlate" not in page


def test_a_driver_with_a_bug_does_not_take_the_page_away(stage: Stage, sign_in: SignIn) -> None:
    def broken(device: Device, blob: bytes, received: Instant) -> ReadAgain:
        raise ZeroDivisionError

    codecs.install(broken)
    try:
        answer = sign_in("device_engineer").get(f"/devices/{HERE}/in-1/camera-front")
    finally:
        codecs.forget(broken)
    assert answer.status_code == 200
    assert "driver: bug" in answer.content.decode()


def test_five_statements_and_the_past_of_a_device(stage: Stage, sign_in: SignIn) -> None:
    country, name = stage.country, DeviceId(f"{HERE}/out-1/portal")
    at = Instant(country.now)
    because = (EntryRef("1.0"),)
    refs = country.write(
        HERE,
        [
            facts.AspectFound(at=at, because=because, device=name, aspect="sending", holds=False, why="silent"),
            facts.AspectFound(at=at, because=because, device=name, aspect="powered", holds=None, why="silent"),
            facts.DeviceDoubted(
                at=at, because=because, device=name, doubt="gamma_background", measured=400, usual=200, bound=60
            ),
        ],
    )
    page = sign_in("device_engineer").get(f"/devices/{name}").content.decode()
    assert page.count('<li data-holds="no">') == 1
    assert page.count('<li data-holds="unknown">') == 4
    assert "it is silent" in page
    assert "measured 400, usual 200, at most 60 apart" in page
    for ref in refs:
        assert f'href="/log/{HERE}/{ref}"' in page
    assert page.index("Device doubted") < page.index("Not sending", page.index("What was concluded"))
    health = sign_in("device_engineer").get(f"/health/{name}?over=week").json()
    assert set(health) >= {"at", "messages", "refused", "drift_s"}
    assert len({len(line) for line in health.values()}) == 1


def test_the_table_of_the_curve_is_live_and_says_what_the_curve_says(stage: Stage, sign_in: SignIn) -> None:
    from beket.web import panels

    client, name = sign_in("device_engineer"), f"{HERE}/out-1/scale"
    page = client.get(f"/devices/{name}?over=week").content.decode()
    assert f'data-panel="health:{name}?over=week"' in page

    def lines(over: str) -> int:
        panel = panels.wanted(Eyes((("device_engineer", HERE),)), f"health:{name}?over={over}", "en")
        assert panel is not None
        return panels.draw(panel).count('<th scope="row"')

    for over, size_s in (("day", 3600), ("week", 6 * 3600)):
        curve = client.get(f"/health/{name}?over={over}").json()
        assert lines(over) == len({at // size_s for at in curve["at"]}) > 0
    assert lines("for ever") == lines("day")


# Messages beside their meaning


def spoken(*readings: dict[str, Any]) -> Spoken:
    return Spoken(place=PlaceId("KG-X"), ref=FACT, at=NOW, readings=readings, raw=None)


BYTES = RawMessage(blob=b"\x02+0131200\x03\x02+0131200\x03", missing=(), proven=True)
THEN = {"kind": "weight", "value": 13120.0, "device_id": "d", "received": 1, "reading_id": "a"}
NOW_SAME = {"kind": "weight", "value": 13120.0, "device_id": "d", "received": 2, "reading_id": "b"}


def test_bytes_keep_their_order_and_their_marks(stage: Stage) -> None:
    marks = (
        Marked(1, 2, "sign", "+"),
        Marked(2, 8, "digits", "013120"),
        Marked(-5, 1, "stx", ""),
        Marked(15, 99, "x", ""),
    )
    lines = list(dump(BYTES.blob, marks))
    assert [line.offset for line in lines] == ["000000", "000010"]
    assert " ".join(run.hex for line in lines for run in line.runs) == BYTES.blob.hex(" ")
    assert [(run.mark, run.name) for run in lines[0].runs][:3] == [(3, "stx"), (1, "sign"), (2, "digits")]
    assert len(lines[1].gap) == 3 * (32 - len(BYTES.blob))
    assert list(dump(b"", marks)) == []


def test_what_reads_alike_is_said_to_and_what_does_not_is_marked(stage: Stage) -> None:
    same = show_message(spoken(THEN), BYTES, ReadAgain(readings=(NOW_SAME,)))
    assert (same.again, same.differs, same.gathered) == (True, False, 0)
    other = show_message(spoken(THEN), BYTES, ReadAgain(readings=({**NOW_SAME, "value": 1312.0, "unit": "kg"},)))
    assert [field.name for field in other.compared[0].fields if field.differs] == ["value", "unit"]
    written = show_message(
        spoken({**THEN, "value": 5.0, "box": [1, 2]}),
        BYTES,
        ReadAgain(readings=({**NOW_SAME, "value": 5, "box": (1, 2)},)),
    )
    assert not written.differs
    alone = show_message(spoken(THEN), BYTES, ReadAgain(problems=("shape: nothing",)))
    assert (alone.alone, alone.differs, alone.gathered) == (True, True, 0)
    lost = show_message(spoken(THEN, THEN), BYTES, ReadAgain(readings=(NOW_SAME,)))
    assert lost.differs
    unread = show_message(spoken(THEN), BYTES, None)
    assert (unread.again, unread.differs) == (False, False)


def test_what_the_house_gathers_is_not_compared_with_single_values(stage: Stage) -> None:
    gathered = show_message(spoken({**THEN, "kind": "weighing"}), BYTES, ReadAgain(readings=(NOW_SAME,) * 6))
    assert (gathered.gathered, gathered.differs) == (6, False)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.lists(st.tuples(st.integers(-5, 250), st.integers(-5, 250)), max_size=12))
def test_any_bytes_and_marks_can_be_shown(stage: Stage, blob: bytes, runs: list[tuple[int, int]]) -> None:
    lines = list(dump(blob, [Marked(start, end, "x", "") for start, end in runs]))
    assert " ".join(run.hex for line in lines for run in line.runs) == blob.hex(" ")


@pytest.mark.parametrize(
    "slot",
    [
        "equipment:place={place}",
        "lanes:{place}",
        "device:{place}/in-1/scale",
        "history:{place}/in-1/scale",
        "health:{place}/in-1/scale?over=week",
    ],
)
def test_panels_of_another_post_are_not_watched(stage: Stage, slot: str) -> None:
    from beket.web import panels

    inspector = Eyes((("inspector", HERE),))
    here = panels.wanted(inspector, slot.format(place=HERE), "ky")
    assert here is not None
    assert here.place == HERE
    assert len(panels.render(here)) > 400
    assert panels.wanted(inspector, slot.format(place=THERE), "ky") is None


def test_a_register_of_everything_is_drawn_for_ones_own_posts_only(stage: Stage) -> None:
    from beket.web import panels

    everything = panels.wanted(Eyes((("inspector", HERE),)), "equipment:", "en")
    assert everything is not None
    assert THERE not in panels.render(everything)
