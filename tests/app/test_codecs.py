"""What the desk is lent of the drivers: messages as they lie in the log, read again, their bytes explained."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from beket.app.codecs import read_message
from beket.devices.yaohua_a9.codec import encode_weight
from beket.words.ids import DeviceId, Instant, LaneId
from beket.words.site import Device

AT = Instant(1_795_000_000_000)
SCALE = Device(
    id=DeviceId("KG-X/in-1/scale"), driver="yaohua_a9", lane=LaneId("in-1"), transport="tcp-client", klass="scale"
)


def test_each_frame_of_a_message_is_read_and_its_marks_stand_where_its_bytes_do() -> None:
    blob = encode_weight(13_120) + encode_weight(13_140)
    again = read_message(SCALE, blob, AT)
    assert again is not None
    assert [one["value"] for one in again.readings] == [13_120.0, 13_140.0]
    assert {one["device_id"] for one in again.readings} == {SCALE.id}
    digits = [blob[mark.start : mark.end] for mark in again.marks if mark.name == "digits"]
    assert digits == [b"013120", b"013140"]
    assert again.problems == ()


def test_what_is_wrong_with_a_message_is_said() -> None:
    frame = bytearray(encode_weight(13_120))
    frame[3] ^= 1
    again = read_message(SCALE, bytes(frame), AT)
    assert again is not None
    assert again.readings == ()
    assert again.problems[0].startswith("checksum: ")


def test_a_driver_nobody_knows_reads_nothing() -> None:
    assert read_message(Device(id=SCALE.id, driver="no_such_driver"), b"x", AT) is None


DRIVERS = ("hikvision_isapi", "yaohua_a9", "rapiscan_tsa", "egts", "teltonika", "modbus_scale", "n42", "aspect_modbus")


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(DRIVERS), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(driver: str, blob: bytes) -> None:
    again = read_message(Device(id=SCALE.id, driver=driver), blob, AT)
    assert again is not None
    assert all(0 <= mark.start <= mark.end <= len(blob) for mark in again.marks)
