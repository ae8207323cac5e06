"""Devices over streams, on real sockets: dialled, dialling, and pulled over HTTP with digest authentication."""

from __future__ import annotations

import asyncio
import hashlib
import re

import pytest
from msgspec import structs

from beket.devices.hikvision_isapi.codec import (
    Shot,
    Sighting,
    encode_heartbeat,
    encode_stream,
    encode_stream_text,
)
from beket.devices.kit import backoff, health, reception
from beket.devices.kit import field as field_module
from beket.devices.kit.driver import Link
from beket.devices.kit.field import Field, SiteTrouble
from beket.devices.kit.registry import drivers
from beket.devices.rapiscan_tsa import codec as portal
from beket.devices.yaohua_a9 import codec as scale
from beket.words.readings import Health, PlateRead, RpmBackground, RpmOccupancy, Weighing
from beket.words.site import Device
from tests.devices.sockets import MemorySink, clock, device, opened, post_of, server, until
from tests.ports import free_port

HERE = ("127.0.0.1",)
LORRY = [0, 320, 9000, *[16440] * 7, 8000, 0, 0]
JPEG = b"\xff\xd8invented\xff\xd9"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for less than a device in the field would."""
    monkeypatch.setattr(backoff, "FIRST_S", 0.05)
    monkeypatch.setattr(backoff, "LONGEST_S", 0.1)


def scale_at(port: int, **given: object) -> Device:
    return device("scale", "yaohua_a9", transport="tcp-client", host="127.0.0.1", port=port, **given)


async def drive_over(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for kg in LORRY:
        writer.write(scale.encode_weight(kg))
        await writer.drain()
        await asyncio.sleep(0.005)


def test_a_scale_we_dial_gives_one_weighing_for_each_lorry_and_is_dialled_again() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with server(drive_over) as port, opened(sink, scale_at(port)) as field:
            await until(lambda: len(sink.said(Weighing)) >= 2)
            first = sink.said(Weighing)[0]
            assert isinstance(first, Weighing)
            assert (first.gross_kg, first.repeats) == (16440, 5)
            assert sink.entries[0].raw is not None
            assert sink.entries[0].raw.pieces[0].inline == scale.encode_weight(16440) * 5
            state = field.state().devices[0]
            assert state.count.connects >= 2
            assert state.count.messages >= len(LORRY)
            ids = [reading.reading_id for reading in sink.said(Weighing)]
            assert len(ids) == len(set(ids)), "two lorries of one weight are two weighings"

    asyncio.run(scene())


def test_a_scale_in_command_mode_is_asked() -> None:
    async def scene() -> None:
        asked: list[bytes] = []

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while question := await reader.read(6):
                asked.append(question)
                writer.write(scale.encode_answer(16440, address="C"))
                await writer.drain()

        sink = MemorySink()
        options = {"mode": "command", "address": "C", "ask_every_s": 0.01}
        async with server(answer) as port, opened(sink, scale_at(port, options=options)):
            await until(lambda: len(sink.said(Weighing)) == 1)
        assert set(asked) == {scale.encode_request("C", "B")}

    asyncio.run(scene())


def test_a_stream_waits_for_a_sink_in_trouble_and_loses_nothing() -> None:
    async def scene() -> None:
        sink = MemorySink()
        sink.trouble = True

        async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await drive_over(reader, writer)
            await reader.read()

        async with server(once) as port, opened(sink, scale_at(port)):
            await until(lambda: sink.offers >= 2)
            assert sink.entries == []
            sink.trouble = False
            await until(lambda: len(sink.said(Weighing)) == 1)
            await asyncio.sleep(0.1)
            assert len(sink.said(Weighing)) == 1

    asyncio.run(scene())


def test_bad_frames_are_set_aside_and_the_good_ones_between_are_read() -> None:
    async def scene() -> None:
        sink = MemorySink()
        bad = scale.encode_weight(100)[:-2] + b"0\x03"

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(scale.encode_weight(100) + bad + scale.encode_weight(120))
            await reader.read()

        async with server(talk) as port, opened(sink, scale_at(port)) as field:
            await until(lambda: len(sink.refused) == 1)
            assert sink.refused[0].reason.startswith("checksum")
            assert sink.refused[0].raw == bad
            assert field.state().devices[0].count.messages == 2

    asyncio.run(scene())


def test_a_link_without_a_byte_is_taken_for_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = drivers()["yaohua_a9"]
    quick = structs.replace(usual, links={"tcp-client": Link(silence_s_max=0.1)})
    monkeypatch.setattr(field_module, "find", {"yaohua_a9": quick}.get)

    async def scene() -> None:
        connected = 0

        async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            nonlocal connected
            connected += 1
            await reader.read()

        async with server(silent) as port, opened(MemorySink(), scale_at(port)) as field:
            await until(lambda: connected >= 2)
            await until(lambda: "silent for" in (field.state().devices[0].link_trouble or ""))

    asyncio.run(scene())


def test_a_device_that_nobody_answers_at_is_said_to_be_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PERIODS_MISSED_MAX", 1)

    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, scale_at(free_port(), expected_period_s=1)) as field:
            await until(lambda: len(sink.said(Health)) == 1)
            (said,) = sink.said(Health)
            assert isinstance(said, Health)
            assert (said.alive, said.fault, said.last_at) == (False, "unreachable", None)
            assert "cannot connect" in (field.state().devices[0].link_trouble or "")

    asyncio.run(scene())


def portal_dialling(**given: object) -> Device:
    return device("portal", "rapiscan_tsa", transport="tcp-server", host="127.0.0.1", port=0, **given)


OCCUPANCY = (
    portal.encode_background("gamma", (228, 231, 219, 225))
    + portal.encode_sample("gamma", (46, 45, 44, 47))
    + portal.encode_sample("gamma", (102, 97, 66, 61), alarm=True)
)


def test_a_portal_that_dials_us_and_breaks_off_still_raises_its_alarm() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, portal_dialling(allow=HERE)) as field:
            _, writer = await asyncio.open_connection("127.0.0.1", field.tcp_ports["portal"])
            writer.write(OCCUPANCY)
            await until(lambda: len(sink.said(RpmBackground)) == 1)
            assert sink.said(RpmOccupancy) == []
            writer.close()
            await until(lambda: len(sink.said(RpmOccupancy)) == 1)
            (said,) = sink.said(RpmOccupancy)
            assert isinstance(said, RpmOccupancy)
            assert (said.gamma_alarm, said.closed, said.counter) == (True, False, None)

    asyncio.run(scene())


def test_backgrounds_are_thinned_and_occupancies_are_not() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, portal_dialling(allow=HERE)) as field:
            _, writer = await asyncio.open_connection("127.0.0.1", field.tcp_ports["portal"])
            quiet = portal.encode_background("gamma", (228, 231, 219, 225)) + portal.encode_background(
                "neutron", (1, 0, 0, 1)
            )
            for number in range(3):
                passed = portal.encode_sample("gamma", (46, 45, 44, 47)) + portal.encode_end(number, 1.2)
                writer.write(quiet + passed)
            await until(lambda: len(sink.said(RpmOccupancy)) == 3)
            assert len(sink.said(RpmBackground)) == 2, "one of each channel"
            assert field.state().devices[0].count.thinned == 4
            writer.close()

    asyncio.run(scene())


def test_a_stranger_that_dials_us_is_heard_out_and_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "STRANGER_S_MAX", 0.5)

    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, portal_dialling(allow=("192.0.2.9",))) as field:
            reader, writer = await asyncio.open_connection("127.0.0.1", field.tcp_ports["portal"])
            writer.write(b"GB,000228,000231,000219,000225\r\n")
            assert await reader.read() == b""
            await until(lambda: len(sink.refused) == 1)
            assert sink.refused[0].raw.startswith(b"GB,")
            assert sink.entries == []
            assert field.state().strangers == 1
            writer.close()

    asyncio.run(scene())


def test_a_device_that_dials_again_replaces_its_old_connection() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, portal_dialling(allow=HERE)) as field:
            port = field.tcp_ports["portal"]
            old_reader, old = await asyncio.open_connection("127.0.0.1", port)
            await until(lambda: field.state().devices[0].connected)
            _, new = await asyncio.open_connection("127.0.0.1", port)
            assert await old_reader.read() == b""
            new.write(portal.encode_background("gamma", (1, 2, 3, 4)))
            await until(lambda: len(sink.said(RpmBackground)) == 1)
            old.close()
            new.close()

    asyncio.run(scene())


class FakeCamera:
    """A camera that lets nobody pull its stream without the right digest."""

    def __init__(self, *said: bytes) -> None:
        self.said = said
        self.refused = 0
        self.let_in = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if not self._knows(head.decode()):
            self.refused += 1
            writer.write(
                b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="camera", qop="auth", nonce="n1"\r\n'
                b"Content-Length: 0\r\nConnection: close\r\n\r\n"
            )
            await writer.drain()
            return
        self.let_in += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed; boundary=boundary\r\n\r\n")
        for said in self.said:
            writer.write(said)
            await writer.drain()
            await asyncio.sleep(0.01)
        await reader.read()

    def _knows(self, head: str) -> bool:
        given = dict(re.findall(r'(\w+)="?([^",\r\n]+)"?', head.partition("Authorization: Digest ")[2]))
        if "response" not in given:
            return False
        secret = _md5("admin:camera:secret")
        asked = _md5(f"GET:{given['uri']}")
        wanted = _md5(f"{secret}:n1:{given['nc']}:{given['cnonce']}:auth:{asked}")
        assert given["uri"] == "/ISAPI/Event/notification/alertStream"
        return bool(given["response"] == wanted)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def camera_at(port: int, named: str = "CAMERA") -> Device:
    return device(
        "camera",
        "hikvision_isapi",
        transport="http-stream",
        host="127.0.0.1",
        port=port,
        options={"user": "admin", "password_env": named},
    )


def test_a_camera_is_followed_with_digest_authentication() -> None:
    async def scene() -> None:
        beat = encode_stream_text(encode_heartbeat(clock())[1])
        seen = Sighting(at=clock(), plate="01KG212AKC", uuid="u1", country="KG")
        shots = (Shot(name="detectionPicture.jpg", jpeg=JPEG), Shot(name="licensePlatePicture.jpg", jpeg=JPEG + b"x"))
        camera = FakeCamera(beat, encode_stream(seen, shots), beat)
        sink = MemorySink()
        async with server(camera.talk) as port, opened(sink, camera_at(port)) as field:
            await until(lambda: len(sink.said(PlateRead)) == 1)
            (read,) = sink.said(PlateRead)
            assert isinstance(read, PlateRead)
            assert (read.plate, [image.role for image in read.images]) == ("01KG212AKC", ["scene", "plate"])
            assert [sink.pictures[image.sha256] for image in read.images] == [JPEG, JPEG + b"x"]
            assert (camera.refused, camera.let_in) == (1, 1)
            await until(lambda: field.state().devices[0].count.messages >= 3)

    asyncio.run(scene())


def test_pictures_that_do_not_come_do_not_hold_the_plate_back() -> None:
    async def scene() -> None:
        seen = Sighting(at=clock(), plate="01KG212AKC", uuid="u1")
        announced = (Shot(name="detectionPicture.jpg", jpeg=JPEG), Shot(name="licensePlatePicture.jpg", jpeg=JPEG))
        short = encode_stream(seen, announced).rpartition(b"--boundary")[0]
        camera, sink = FakeCamera(short), MemorySink()
        async with server(camera.talk) as port, opened(sink, camera_at(port)):
            await until(lambda: len(sink.said(PlateRead)) == 1)
            (read,) = sink.said(PlateRead)
            assert isinstance(read, PlateRead)
            assert len(read.images) == 1

    asyncio.run(scene())


def test_a_password_nobody_set_is_said_and_never_guessed() -> None:
    async def scene() -> None:
        camera = FakeCamera()
        async with server(camera.talk) as port, opened(MemorySink(), camera_at(port, "NOT_SET")) as field:
            await until(lambda: "NOT_SET" in (field.state().devices[0].link_trouble or ""))
        assert camera.let_in == 0

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (device("x", "no_such_driver"), "no driver named no_such_driver"),
        (device("x", "yaohua_a9", transport="http-push"), "does not speak over http-push"),
        (device("x", "hikvision_isapi", options={"password": "secret"}), "password_env"),
    ],
)
def test_a_device_that_cannot_be_served_is_named_at_once(wrong: Device, why: str) -> None:
    with pytest.raises(SiteTrouble, match=why):
        Field([post_of(wrong)], MemorySink(), clock)


def test_a_port_that_is_taken_is_said_at_the_start() -> None:
    async def scene() -> None:
        async with server(drive_over) as port:
            field = Field(
                [post_of(device("c", "hikvision_isapi", allow=HERE))], MemorySink(), clock, http=("127.0.0.1", port)
            )
            with pytest.raises(OSError, match="address already in use"):
                await field.start()
            await field.stop()

    asyncio.run(scene())


def test_stopping_waits_for_a_sink_in_trouble_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_module, "LAST_WORDS_S_MAX", 0.2)

    async def scene() -> None:
        sink = MemorySink()
        async with server(drive_over) as port, opened(sink, scale_at(port)) as field:
            await until(lambda: len(sink.said(Weighing)) == 1)
            sink.trouble = True
            async with asyncio.timeout(3):
                await field.stop()

    asyncio.run(scene())


def test_a_bug_in_one_link_silences_that_device_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_line: object, _link: object, _secret: object) -> None:
        raise AssertionError("a bug")

    monkeypatch.setattr(field_module, "WORKS", {"tcp-client": broken})

    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, scale_at(1), portal_dialling(allow=HERE)) as field:
            await until(lambda: "bug" in (field.state().devices[0].link_trouble or ""))
            _, writer = await asyncio.open_connection("127.0.0.1", field.tcp_ports["portal"])
            writer.write(portal.encode_background("gamma", (1, 2, 3, 4)))
            await until(lambda: len(sink.said(RpmBackground)) == 1)
            writer.close()

    asyncio.run(scene())
    assert "its link stopped on a bug" in caplog.text


def test_cancelling_the_field_lets_it_say_its_last_words() -> None:
    async def scene() -> None:
        sink = MemorySink()
        field = Field([post_of(portal_dialling(allow=HERE))], sink, clock)
        serving = asyncio.create_task(field.run())
        await until(lambda: "portal" in field.tcp_ports)
        _, writer = await asyncio.open_connection("127.0.0.1", field.tcp_ports["portal"])
        writer.write(OCCUPANCY)
        await until(lambda: field.state().devices[0].count.messages == 3)
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        (said,) = sink.said(RpmOccupancy)
        assert isinstance(said, RpmOccupancy)
        assert said.gamma_alarm
        writer.close()

    asyncio.run(scene())
