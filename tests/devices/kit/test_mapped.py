"""Maps: what each part of the form does, and that nothing a device writes can break what a map reads."""

from __future__ import annotations

import base64
import json
import time
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beket.devices.kit.driver import Frame, Out
from beket.devices.kit.mapped import COUNTERS_MAX, LINE_MAX, MappedCodec
from beket.devices.kit.mapped_form import read_map
from beket.devices.kit.mapped_tree import FORM_FIELDS_MAX, ITEMS_MAX, word_of
from beket.devices.kit.mapped_values import SAMPLES, TRANSFORMS, Taken
from beket.words.ids import Instant
from beket.words.readings import ContainerRead, PlateRead, Position, Weight, WimPass

NOW = Instant(1_791_188_468_000)
JPEG = b"\xff\xd8invented\xff\xd9"


def codec(text: str) -> MappedCodec:
    return MappedCodec(read_map(text, "map.toml"))


def read(text: str, blob: bytes, options: dict[str, int] | None = None, **frame: str) -> Out:
    return codec(text).decoder(options or {}).read(Frame(blob=blob, **frame), NOW)  # type: ignore[arg-type]


def field(row: str, value: object, **options: int) -> Any:  # noqa: ANN401
    """Read one field of a plate reading, and what was noted of it."""
    name = row.partition("=")[0].strip()
    plate = "" if name == "plate" else 'plate = { value = "A1" }\n'
    out = read(f'media = ["json"]\n[[message]]\nsays = "plate_read"\n[message.fields]\n{plate}{row}\n',
               json.dumps({"v": value}).encode(), options)  # fmt: skip
    (told,) = out.told
    notes = [problem.detail for problem in out.problems]
    return notes[0] if notes else getattr(told.reading, name)


@pytest.mark.parametrize(
    ("row", "value", "wanted"),
    [
        ('vehicle_type = "v"', " Truck ", "Truck"),
        ('vehicle_type = "v"', "unknown", None),
        ('vehicle_type = { path = "v", as = "upper" }', "truck", "TRUCK"),
        ('vehicle_type = { path = "v", as = "lower" }', "TRUCK", "truck"),
        ('vehicle_type = { path = "v", as = "lookup", table = { 3 = "bus" }, otherwise = "car" }', 3, "bus"),
        ('vehicle_type = { path = "v", as = "lookup", table = { 3 = "bus" }, otherwise = "car" }', 4, "car"),
        ('plate = "v"', "а 123 вс 77", "A123BC77"),
        ('plate = "v"', "noPlate", None),
        ('plate = { path = "v", unread = { nix = "no_plate" } }', "NIX", None),
        ('speed_kmh = "v"', "12.5", 12.5),
        ('speed_kmh = "v"', "fast", "speed_kmh: could not convert string to float: 'fast'"),
        ('speed_kmh = "v"', 1e300, "speed_kmh: out of all bounds"),
        ('speed_kmh = { path = "v", as = "knots_to_kmh" }', 10, 18.52),
        ('speed_kmh = { path = "v", as = "mps_to_kmh" }', 10, 36.0),
        ('speed_kmh = { path = "v", as = "mph_to_kmh" }', 10, 16.09344),
        ('length_m = { path = "v", as = "number", times = 0.1 }', 165, 16.5),
        ('lane = "v"', "2", 2),
        ('lane = "v"', None, None),
        ('buffered = "v"', "1", True),
        ('buffered = "v"', "perhaps", "buffered: neither yes nor no"),
        ('confidence = { path = "v", as = "percent_to_unit" }', 94.97, 0.9497),
        ('confidence = { path = "v", as = "permille_to_unit" }', 500, 0.5),
        ('confidence = { path = "v", as = "share" }', 1.01, "confidence: not between 0 and 1"),
        ('country = { path = "v", as = "alpha3_to_alpha2" }', "KGZ", "KG"),
        ('country = { path = "v", as = "alpha3_to_alpha2" }', "KG", None),
        ('country = { path = "v", as = "country" }', "us-ca", "US"),
        ('country = { path = "v", as = "country" }', "eu-de", "DE"),
        ('country = { path = "v", as = "country" }', "zz", None),
        ('country = { path = "v", as = "country_hik" }', 73, "KG"),
        ('country = { path = "v", as = "country_hik" }', 253, None),
        ('plate_box_px = { path = "v", as = "box_px" }', [1, 2, 3, 4], (1, 2, 3, 4)),
        ('plate_box_px = { path = "v", as = "box_px" }', "1,2,3,4", (1, 2, 3, 4)),
        ('plate_box_px = { path = "v", as = "box_px" }', {"xmin": 1, "ymin": 2, "xmax": 4, "ymax": 6}, (1, 2, 3, 4)),
        ('plate_box_px = { path = "v", as = "box_px" }', {"X": 1, "Y": 2, "width": 3, "height": 4}, (1, 2, 3, 4)),
        ('plate_box_px = { path = "v", as = "box_px" }', [{"x": 1, "y": 6}, {"x": 4, "y": 2}], (1, 2, 3, 4)),
        ('plate_box_px = { path = "v", as = "box_px" }', [], None),
        ('plate_box_px = { path = "v", as = "box_px" }', [1, 2, 3], "plate_box_px: a box has four numbers"),
        ('plate_box_px = { path = "v", as = "box_px" }', [{"x": 1}], "plate_box_px: a corner has x and y"),
        ('plate_box_scene_permille = { path = "v", as = "permille_box" }', [1, 2, 3, 4], (1, 2, 3, 4)),
        ('plate_box_scene_permille = { path = "v", as = "permille_box" }', [1, 2, 3, 1004],
         "plate_box_scene_permille: not within the picture"),
        ('char_confidences = { path = "v", as = "list", of = "percent_to_unit" }', "99,50", (0.99, 0.5)),
        ('char_confidences = { path = "v", as = "list", of = "share", item = "s" }', [{"s": 0.5}, {}], (0.5,)),
        ('direction = { path = "v", as = "direction_words" }', "Obverse", "approaching"),
        ('direction = { path = "v", as = "direction_words" }', "out", "receding"),
        ('direction = { path = "v", as = "direction_words", table = { down = "receding" } }', "DOWN", "receding"),
        ('direction = { path = "v", as = "direction_words" }', "118", "unknown"),
        ('adr = { value = "30/1202" }', None, "30/1202"),
        ('event_id = { paths = ["w", "v"] }', 7, "7"),
    ],
)  # fmt: skip
def test_each_transform(row: str, value: object, wanted: object) -> None:
    assert field(row, value) == wanted


@pytest.mark.parametrize(
    ("row", "value", "wanted"),
    [
        ('{ path = "v", as = "epoch_ms" }', "1791188467412", 1_791_188_467_412),
        ('{ path = "v", as = "epoch_ms" }', -1, "time: not a time in the years 1970 to 9999"),
        ('{ path = "v", as = "epoch_s" }', 1_791_188_467.4125, 1_791_188_467_412),
        ('{ path = "v", as = "iso8601" }', "2026-10-05T08:21:07.412Z", 1_791_188_467_412),
        ('{ path = "v", as = "iso8601" }', "2026-10-05T14:21:07.412 06:00", 1_791_188_467_412),
        ('{ path = "v", as = "iso8601" }', "2026-10-05 14:21:07.412", 1_791_188_467_412),
        ('{ path = "v", as = "local_time", format = "%d.%m.%Y %H:%M:%S" }', "05.10.2026 14:21:07", 1_791_188_467_000),
        (
            '{ path = "v", as = "local_time", format = "%Y" }',
            "soon",
            "time: time data 'soon' does not match format '%Y'",
        ),
        ('{ path = "v", as = "local_time" }', "", None),
    ],
)
def test_each_way_to_write_a_time(row: str, value: object, wanted: object) -> None:
    assert field(f"time = {row}", value, utc_offset_min=360) == wanted


SCALE = """
media = ["xml"]
identity = ["Station/@id"]
[[message]]
says = "wim_pass"
has = ["Station/Vehicle"]
key = ["Station/Vehicle/Id"]
[message.fields]
gross_kg = "Station/Vehicle/Value[@name=gross]"
speed_kmh = "Station/Vehicle/Value[@name=speed]"
time = { path = "Station/Vehicle/When", as = "iso8601" }
[message.fields.axles]
path = "Station/Vehicle/Axles/Axle"
as = "rows"
fields = { load_kg = "Load", spacing_m = { path = "Gap", as = "number", times = 0.01 } }
[[message]]
says = "alive"
has = ["Station/Alive"]
"""

PASS = b"""<?xml version="1.0"?>
<w:Report xmlns:w="urn:made-up"><w:Station id="W-7"><w:Vehicle>
  <w:Id>9</w:Id><w:When>2026-10-05T08:21:07.412Z</w:When>
  <w:Value name="speed">12.5</w:Value><w:Value name="gross" unit="kg">18300</w:Value>
  <w:Axles><w:Axle><w:Load>6100</w:Load></w:Axle><w:Axle><w:Load>12200</w:Load><w:Gap>380</w:Gap></w:Axle><w:Axle/></w:Axles>
</w:Vehicle></w:Station></w:Report>"""


def test_an_xml_device_needs_a_map_and_no_code() -> None:
    out = read(SCALE, PASS)
    (told,) = out.told
    assert isinstance(told.reading, WimPass)
    assert [(axle.load_kg, axle.spacing_m) for axle in told.reading.axles] == [(6100.0, None), (12200.0, 3.8)]
    assert (told.reading.gross_kg, told.reading.speed_kmh, told.key) == (18300.0, 12.5, b"9")
    assert (out.identities, out.clock) == (("W-7",), 1_791_188_467_412)
    assert [problem.detail for problem in out.problems] == ["axles: a row without load_kg"]
    marks = codec(SCALE).explain(Frame(blob=PASS), {})
    named = {PASS[mark.start : mark.end]: mark.name for mark in marks}
    assert named[b"<w:Id>9</w:Id>"] == "key"
    assert named[b'<w:Station id="W-7">'].startswith("identity")
    assert read(SCALE, b"<r><Station><Alive/></Station></r>").alive


LISTS = """
media = ["json"]
[[message]]
says = "container_read"
each = "boxes"
[message.fields]
number = { path = "n", as = "container" }
lane = "/lane"
"""


def test_each_item_of_a_list_is_a_reading_and_one_message() -> None:
    out = read(LISTS, b'{"lane": 3, "boxes": [{"n": "csqu 305438-3"}, {"n": "CSQU3054384"}, {}]}')
    first, second = (told.reading for told in out.told)
    assert isinstance(first, ContainerRead)
    assert isinstance(second, ContainerRead)
    assert (first.number, first.valid, first.lane) == ("CSQU3054383", True, 3)
    assert (second.valid, out.told[0].message is out.told[1].message) == (False, True)
    assert len({told.key for told in out.told}) == 2
    assert [problem.detail for problem in out.problems] == ["number: not there, or not readable"]


def test_a_list_at_the_top_is_a_message_each_and_has_an_end() -> None:
    rows = [{"lane": n, "boxes": {"n": f"CSQU{n:07}"}} for n in range(ITEMS_MAX + 5)]
    out = read(LISTS, json.dumps(rows).encode())
    assert len(out.told) == ITEMS_MAX
    assert len({told.key for told in out.told}) == ITEMS_MAX


FORM = """
media = ["form"]
identity = ["id"]
[[message]]
says = "position"
has = ["lat"]
[message.fields]
latitude = "lat"
longitude = "lon"
time = { path = "timestamp", as = "epoch_s" }
speed_kmh = { path = "speed", as = "knots_to_kmh" }
[[message]]
says = "alive"
"""


@pytest.mark.parametrize("where", ["query", "body"])
def test_form_fields_are_read_from_the_query_or_the_body(where: str) -> None:
    said = "id=T+1&lat=42.5&lon=74.5&timestamp=1791188467&speed=10"
    frame = Frame(blob=b"", query=said) if where == "query" else Frame(
        blob=said.encode(), content_type="application/x-www-form-urlencoded; charset=utf-8"
    )  # fmt: skip
    out = codec(FORM).decoder({}).read(frame, NOW)
    (told,) = out.told
    assert isinstance(told.reading, Position)
    assert (told.reading.latitude, told.reading.speed_kmh, out.identities) == (42.5, 18.52, ("T 1",))
    assert said.encode() in told.message.blob
    assert bool(codec(FORM).explain(frame, {})) == (where == "body")


def test_more_fields_than_any_device_sends_are_none() -> None:
    query = "&".join(f"f{n}=1" for n in range(FORM_FIELDS_MAX + 1)) + "&lat=1"
    assert codec(FORM).decoder({}).read(Frame(blob=b"", query=query), NOW).told == ()


PICTURES = """
media = ["json", "multipart"]
reply = { status = 202, body = "taken", type = "text/plain" }
[[message]]
says = "plate_read"
[message.fields]
plate = "p"
[[message.picture]]
role = "plate"
part = "crop"
[[message.picture]]
role = "scene"
part = "*"
[[message.picture]]
role = "vehicle"
path = "photo"
"""


def part(name: str, kind: str, content: bytes) -> bytes:
    return (
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\nContent-Type: {kind}\r\n\r\n'.encode()
        + content
        + b"\r\n"
    )


def test_pictures_come_as_parts_and_as_base64_and_the_answer_is_the_maps_own() -> None:
    photo = "data:image/jpeg;base64," + base64.b64encode(JPEG + b"3").decode()
    text = json.dumps({"p": "A1", "photo": photo}).encode()
    body = part("x", "application/json", text) + part("any", "application/octet-stream", JPEG + b"1")
    body += part("crop", "image/jpeg", JPEG + b"2") + b"--b--\r\n"
    out = read(PICTURES, body, content_type="multipart/form-data; boundary=b")
    (told,) = out.told
    assert isinstance(told.reading, PlateRead)
    assert {(image.role, image.size) for image in told.reading.images} == {
        ("vehicle", len(JPEG) + 1), ("scene", len(JPEG) + 1), ("plate", len(JPEG) + 1),
    }  # fmt: skip
    assert [one.end <= other.start for one, other in pairwise(told.message.cuts)] == [True, True]
    assert [cut.base64 for cut in told.message.cuts].count(True) == 1, "what came as base64 is kept once as well"
    assert (out.replies, out.reply_status, out.reply_type) == ((b"taken",), 202, "text/plain")


COUNTED = """
media = ["json"]
identity = ["id"]
gaps = true
[[message]]
says = "weight"
[message.fields]
value = "kg"
sequence = "n"
"""


def test_a_gap_of_a_counter_is_noted_for_each_device_apart() -> None:
    decoder = codec(COUNTED).decoder({})

    def notes(device: str, counter: int) -> list[str]:
        blob = json.dumps({"id": device, "n": counter, "kg": 1}).encode()
        return [problem.detail for problem in decoder.read(Frame(blob=blob), NOW).problems]

    assert [notes("a", 1), notes("b", 7), notes("a", 2), notes("a", 2), notes("b", 8)] == [[], [], [], [], []]
    assert notes("a", 5) == ["2 messages between 2 and 5 did not come"]
    assert notes("a", 1) == []
    for device in range(COUNTERS_MAX):
        notes(str(device), 1)
    assert notes("b", 70) == [], "what is not remembered has no gap"


def test_a_weight_that_is_not_known_is_none() -> None:
    (told,) = read(COUNTED, b'{"kg": null}').told
    assert isinstance(told.reading, Weight)
    assert told.reading.value is None


def test_lines_are_framed_where_the_map_says_so() -> None:
    lines = codec('framing = "lines"\n' + COUNTED)
    framer, decoder = lines.framer({}), lines.decoder({})
    frames = [*framer.feed(b'{"kg": 1}\n{"kg": 2}\n' + b"x" * (LINE_MAX + 1) + b"\n"), *framer.end()]
    outs = [decoder.read(frame, NOW) for frame in frames]
    assert [len(out.told) for out in outs] == [1, 1, 0]
    assert outs[2].problems[0].kind == "size"


_HEAD = 'media = ["json", "xml", "form", "multipart"]\nidentity = ["a", "topic:1"]\ngaps = true\n'

_EACH = """
[[message]]
says = "plate_read"
has = ["NAME"]
each = "a"
key = ["b", "/c/0"]
[message.fields]
plate = { paths = ["b", "/b"] }
sequence = "/a"
NAME = { path = "b", as = "USED" }
[[message.picture]]
path = "b"
[[message.picture]]
part = "*"
when = { b = true }
"""

_LAST = """
[[message]]
says = "wim_pass"
[message.fields]
axles = { path = "a", as = "rows", fields = { load_kg = "b" } }
"""

_FIELDS = (
    ("time", "local_time"),
    ("lane", "whole"),
    ("buffered", "truth"),
    ("confidence", "percent_to_unit"),
    ("plate_box_px", "box_px"),
    ("char_confidences", 'list", of = "share", item = "b'),
    ("country", "country_hik"),
)

EVERYTHING = _HEAD + "".join(_EACH.replace("NAME", name).replace("USED", used) for name, used in _FIELDS) + _LAST

HARD = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6) | st.just("9" * 400)
KEY = st.sampled_from(["a", "b", "c", "time", "lane", "buffered", "confidence", "plate_box_px", "country"])
MESSAGE = st.recursive(
    HARD, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEY, inner, max_size=5), max_leaves=20
)
RICH = codec(EVERYTHING)


@settings(max_examples=400, deadline=None)
@given(MESSAGE)
def test_whatever_json_says_is_read_or_refused_and_can_be_explained(said: object) -> None:
    blob = json.dumps(said).encode()
    out = RICH.decoder({}).read(Frame(blob=blob, topic="x/y"), NOW)
    for told in out.told:
        msgspec.convert(msgspec.to_builtins(told.reading), type(told.reading))
    marks = RICH.explain(Frame(blob=blob, topic="x/y"), {})
    assert all(0 <= mark.start < mark.end <= len(blob) for mark in marks)
    assert all(one.end <= other.start for one, other in pairwise(marks))


@settings(max_examples=200, deadline=None)
@given(
    blob=st.binary(max_size=200) | st.text("<>/abc= \"'{}[]:,0", max_size=80).map(str.encode),
    query=st.text(max_size=30),
)
def test_any_bytes_are_read_or_refused(blob: bytes, query: str) -> None:
    for kind in ("", "multipart/form-data; boundary=b", "application/x-www-form-urlencoded"):
        frame = Frame(blob=blob, content_type=kind, query=query)
        RICH.decoder({"utc_offset_min": 99999}).read(frame, NOW)
        RICH.explain(frame, {})


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(sorted(TRANSFORMS)), value=MESSAGE)
def test_a_transform_gives_what_its_sample_promises_or_refuses(name: str, value: object) -> None:
    try:
        got = TRANSFORMS[name](value, Taken())
    except (ValueError, TypeError, OverflowError):
        return
    assert got is None or name in ("list", "lookup") or isinstance(got, type(SAMPLES[name]))


def test_a_document_that_is_nested_without_end_is_refused() -> None:
    for blob in (b"[" * 100_000, b'{"a":' * 100_000, b"<a>" * 100_000):
        assert RICH.decoder({}).read(Frame(blob=blob), NOW).told == ()


@pytest.mark.parametrize(
    "blob",
    [
        b"<a>" + b"x<!---->" * 500_000 + b"</a>",
        b"<a>" + b"&lt;" * 1_000_000 + b"</a>",
        b"<a " + b"".join(b'b%d="" ' % n for n in range(100_000)) + b"/>",
        b'{"a": [' + b"{}," * 1_000_000 + b"{}]}",
        b'{"a": ' + b"9" * 1_000_000 + b"}",
        b'{"a": [' + b'"' + b"\\\\" * 1_000_000 + b'"]}',
    ],
    ids=["comments", "entities", "attributes", "items", "digits", "escapes"],
)
def test_a_long_message_is_soon_read_or_refused(blob: bytes) -> None:
    began = time.process_time()
    RICH.decoder({}).read(Frame(blob=blob), NOW)
    RICH.explain(Frame(blob=blob), {})
    assert time.process_time() - began < 5.0, (
        "twice 8 MiB take about a second here; what grows with the square takes minutes"
    )


def test_words_of_plain_values() -> None:
    assert [word_of(one) for one in (" a ", True, None, 1.5, [1], {"#text": "x"})] == ["a", "true", "", "1.5", "", "x"]
