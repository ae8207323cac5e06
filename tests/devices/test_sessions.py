"""Devices that say themselves who they are, over real sockets: logins, strangers, resends, gateways, datagrams."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Coroutine
from typing import Any, ClassVar

import pytest
from msgspec import structs

from beket.devices.egts import codec as egts
from beket.devices.egts import packet, speak
from beket.devices.kit import accept, backoff, datagrams, reception
from beket.devices.kit.driver import NOBODY, UNNAMED
from beket.devices.kit.field import Field, SiteTrouble
from beket.devices.teltonika import avl
from beket.devices.teltonika import codec as teltonika
from beket.words.ids import Instant
from beket.words.readings import Position
from beket.words.site import Device
from tests.devices.sockets import MemorySink, clock, device, opened, post_of, until

HERE = ("127.0.0.1",)
IMEI, OTHER, UNKNOWN = "861237169560031", "861237169560032", "861237169569999"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for less than a device in the field would."""
    monkeypatch.setattr(backoff, "FIRST_S", 0.02)
    monkeypatch.setattr(backoff, "LONGEST_S", 0.05)


def run(scene: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        try:
            async with asyncio.timeout(20):
                await scene
        finally:
            for one in Dialler.dialled:
                one.writer.transport.abort()
            await asyncio.sleep(0.01)
            Dialler.dialled.clear()

    asyncio.run(bounded())


def tracker(name: str, declared_id: str, driver: str = "egts", **given: Any) -> Device:  # noqa: ANN401
    given = {"host": "127.0.0.1", "port": 0, "allow": HERE} | given
    return device(name, driver, declared_id=declared_id, **given)


def said(second: int = 0) -> Position:
    time = Instant(clock() // 1000 * 1000 - 3_600_000 + second * 1000)
    return Position(
        device_id=NOBODY, reading_id=UNNAMED, received=clock(), time=time, latitude=42.5, longitude=74.25, satellites=9
    )


def record(number: int, oid: int | None = None, second: int | None = None) -> bytes:
    position = speak.encode_position(said(number if second is None else second))
    return speak.encode_record(number, position, oid=oid)


class Dialler:
    """A terminal on a socket of its own; it hangs up when its scene is over."""

    dialled: ClassVar[list[Dialler]] = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.dialled.append(self)

    @classmethod
    async def dial(cls, field: Field, name: str) -> Dialler:
        return cls(*await asyncio.open_connection("127.0.0.1", field.tcp_ports[name]))

    async def answer(self) -> bytes:
        """One EGTS packet."""
        head = await self.reader.readexactly(packet.HEAD)
        body = int.from_bytes(head[5:7], "little")
        return head + await self.reader.readexactly(body + packet.CHECK)

    async def say(self, blob: bytes) -> dict[str, Any]:
        """Send a packet and read what it is answered."""
        self.writer.write(blob)
        return egts.acknowledged([await self.answer()])

    async def heard(self, number: int) -> float:
        """Report; give the seconds of work that this process did until it was answered, whatever the machine does."""
        began = time.process_time()
        await self.say(speak.encode_packet(number, record(number)))
        return time.process_time() - began

    async def login(self, imei: str) -> int:
        """Log in and give the result code."""
        assert (await self.say(speak.encode_login(1, imei)))["result"] == packet.OK
        return (await self.answer())[-3]


def results(answer: bytes) -> dict[int, int]:
    """What each record of a packet was answered."""
    return {
        answer[at] | answer[at + 1] << 8: answer[at + 2]
        for one in packet.records(answer, packet.HEAD + 3, len(answer) - packet.CHECK)
        for kind, at, _ in packet.subrecords(answer, one.data, one.end)
        if kind == packet.RECORD_RESPONSE
    }


def whose(sink: MemorySink) -> list[str]:
    return [reading.device_id for reading in sink.said(Position)]


def test_a_terminal_logs_in_and_is_answered_when_its_words_are_kept() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", IMEI)) as field:
            terminal = await Dialler.dial(field, "one")
            assert await terminal.login(IMEI) == packet.OK
            sink.trouble = True
            terminal.writer.write(speak.encode_packet(2, record(7)))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await terminal.answer()
            assert sink.said(Position) == []
            sink.trouble = False
            assert egts.acknowledged([await terminal.answer()])["confirmed_records"] == [7]
            assert whose(sink) == ["one"]
            (entry,) = [entry for entry in sink.entries if isinstance(entry.body, Position)]
            assert entry.raw is not None
            state = field.state().devices[0]
            assert (state.connected, state.count.connects) == (True, 1)
            terminal.writer.close()
            await until(lambda: not state.connected)

    run(scene())


def test_bytes_may_come_in_any_pieces() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", IMEI)) as field:
            terminal = await Dialler.dial(field, "one")
            for byte in speak.encode_login(1, IMEI) + speak.encode_packet(2, record(1)):
                terminal.writer.write(bytes((byte,)))
                await terminal.writer.drain()
                await asyncio.sleep(0)
            answers = [await terminal.answer() for _ in range(3)]
            assert egts.acknowledged([answers[2]])["rpid"] == 2
            terminal.writer.write(b"".join(speak.encode_packet(n, record(n)) for n in range(3, 40)))
            assert [egts.acknowledged([await terminal.answer()])["rpid"] for _ in range(37)] == list(range(3, 40))
            assert len(sink.said(Position)) == 38

    run(scene())


def test_an_unknown_terminal_is_told_so_and_put_aside_with_its_bytes() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", IMEI)) as field:
            stranger = await Dialler.dial(field, "one")
            assert await stranger.login(UNKNOWN) == packet.ID_NOT_FOUND
            assert await stranger.reader.read() == b""
            await until(lambda: field.state().strangers == 1)
            (refused,) = sink.refused
            assert (refused.declared_id, refused.raw) == (UNKNOWN, speak.encode_login(1, UNKNOWN))
            assert sink.said(Position) == []

    run(scene())


def test_words_before_a_login_are_not_believed() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", IMEI)) as field:
            stranger = await Dialler.dial(field, "one")
            assert (await stranger.say(speak.encode_packet(5, record(1))))["result"] == packet.AUTH_DENIED
            assert await stranger.reader.read() == b""
            assert [refused.raw for refused in sink.refused] == [speak.encode_packet(5, record(1, second=1))]
            assert sink.said(Position) == []

    run(scene())


def test_from_an_address_of_no_device_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "STRANGER_S_MAX", 0.3)

    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", IMEI, allow=("192.0.2.7",))) as field:
            stranger = await Dialler.dial(field, "one")
            stranger.writer.write(speak.encode_login(1, IMEI))
            assert await stranger.reader.read() == b""
            assert sink.refused[0].raw == speak.encode_login(1, IMEI)

    run(scene())


def test_a_device_known_elsewhere_is_a_stranger_from_this_address() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", IMEI, allow=("192.0.2.7",)), tracker("two", OTHER)) as field:
            stranger = await Dialler.dial(field, "one")
            assert await stranger.login(IMEI) == packet.ID_NOT_FOUND

    run(scene())


def test_who_never_says_who_it_is_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "INTRODUCTION_S_MAX", 0.3)

    async def scene() -> None:
        async with opened(MemorySink(), tracker("one", IMEI)) as field:
            silent, known = await Dialler.dial(field, "one"), await Dialler.dial(field, "one")
            assert await known.login(IMEI) == packet.OK
            for byte in speak.encode_login(1, IMEI)[:4]:
                silent.writer.write(bytes((byte,)))
                await asyncio.sleep(0.05)
            assert await silent.reader.read() == b""
            assert (await known.say(speak.encode_packet(2, record(1))))["result"] == packet.OK

    run(scene())


def test_what_is_sent_again_because_the_answer_was_lost_is_the_same_reading() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", IMEI)) as field:
            first = await Dialler.dial(field, "one")
            await first.login(IMEI)
            await first.say(speak.encode_packet(2, record(7, second=7)))
            first.writer.close()  # as if the answer had not come
            again = await Dialler.dial(field, "one")
            await again.login(IMEI)
            await again.say(speak.encode_packet(9, record(1, second=7)))
            once, twice = sink.said(Position)
            assert once.reading_id == twice.reading_id
            again.writer.close()

    run(scene())


def test_a_device_that_dials_again_replaces_its_old_connection() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", IMEI)) as field:
            old, new = await Dialler.dial(field, "one"), await Dialler.dial(field, "one")
            await old.login(IMEI)
            await new.login(IMEI)
            assert await old.reader.read() == b""
            assert (await new.say(speak.encode_packet(2, record(1))))["result"] == packet.OK
            state = field.state().devices[0]
            assert (state.connected, state.count.connects) == (True, 2)
            new.writer.close()
            await until(lambda: not state.connected)

    run(scene())


def test_two_devices_share_a_listener_and_keep_their_words_apart() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", IMEI), tracker("two", OTHER)) as field:
            assert field.tcp_ports["one"] == field.tcp_ports["two"]
            one, two = await Dialler.dial(field, "one"), await Dialler.dial(field, "two")
            await one.login(IMEI)
            await two.login(OTHER)
            for number in range(5):
                await asyncio.gather(
                    one.say(speak.encode_packet(number, record(number))),
                    two.say(speak.encode_packet(number, record(number))),
                )
            assert sorted(whose(sink)) == ["one"] * 5 + ["two"] * 5

    run(scene())


def test_a_gateway_speaks_for_many_and_strangers_among_them_hold_nobody_back() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", "11"), tracker("two", "12"), tracker("gate", "99")) as field:
            gateway = await Dialler.dial(field, "gate")
            for number in range(40):
                mixed = [record(3 * number, 11), record(3 * number + 1, 12), record(3 * number + 2, 4711)]
                answer = await gateway.say(speak.encode_packet(number, *mixed))
                assert answer["result"] == packet.OK
                assert answer["confirmed_records"] == [3 * number, 3 * number + 1], "what is not kept is not confirmed"
            assert sorted(whose(sink)) == ["one"] * 40 + ["two"] * 40
            assert {refused.declared_id for refused in sink.refused} == {"4711"}
            assert len(sink.refused) == 20, "what is over the rate is counted and let go"
            gateway.writer.close()

    run(scene())


def test_words_of_a_stranger_are_refused_one_by_one_and_never_confirmed() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", "11"), tracker("gate", "99")) as field:
            gateway = await Dialler.dial(field, "gate")
            gateway.writer.write(speak.encode_packet(7, record(21, 11), record(22, 4711), record(23, 11)))
            answer = await gateway.answer()
            assert results(answer) == {21: packet.OK, 22: packet.ID_NOT_FOUND, 23: packet.OK}
            nobody = await gateway.say(speak.encode_packet(8, record(24, 4711), record(25, 4712)))
            assert nobody == {"rpid": 8, "result": packet.OK, "confirmed_records": []}
            assert whose(sink) == ["one", "one"]
            gateway.writer.close()

    run(scene())


def test_a_message_that_cannot_be_refused_in_part_is_not_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    read = egts.Terminal.read
    monkeypatch.setattr(egts.Terminal, "read", lambda *given: structs.replace(read(*given), answer=None))

    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", "11")) as field:
            gateway = await Dialler.dial(field, "one")
            gateway.writer.write(speak.encode_packet(7, record(21, 11), record(22, 4711)))
            assert (await gateway.say(speak.encode_packet(8, record(23, 11))))["rpid"] == 8
            assert whose(sink) == ["one", "one"]
            gateway.writer.close()

    run(scene())


def test_a_gateway_without_a_name_is_not_let_go_while_it_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "INTRODUCTION_S_MAX", 0.3)

    async def scene() -> None:
        async with opened(MemorySink(), tracker("one", "11")) as field:
            gateway = await Dialler.dial(field, "one")
            for number in range(8):
                await gateway.say(speak.encode_packet(number, record(number, 11)))
                await asyncio.sleep(0.08)
            gateway.writer.close()

    run(scene())


def test_after_a_second_login_that_is_refused_nothing_is_credited_to_the_first() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", IMEI)) as field:
            terminal = await Dialler.dial(field, "one")
            await terminal.login(IMEI)
            assert await terminal.login(UNKNOWN) == packet.ID_NOT_FOUND
            terminal.writer.write(speak.encode_packet(3, record(1)))
            assert await terminal.reader.read() == b""
            assert sink.said(Position) == []

    run(scene())


def test_one_device_that_floods_does_not_stall_another() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", IMEI), tracker("two", OTHER)) as field:
            flood, calm = await Dialler.dial(field, "one"), await Dialler.dial(field, "two")
            await flood.login(IMEI)
            await calm.login(OTHER)
            flood.writer.write(b"".join(speak.encode_packet(n, record(n)) for n in range(20_000)))
            waits = [await calm.heard(number) for number in range(10)]
            assert whose(sink).count("one") < 20_000, "the flood is still being read"
            assert max(waits) < 1.0
            flood.writer.transport.abort()

    run(scene())


def test_a_device_that_reads_no_answers_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "ANSWER_S_MAX", 0.2)
    monkeypatch.setattr(reception, "UNREAD_MAX", -1)

    async def never(_writer: asyncio.StreamWriter) -> None:
        """As when a peer's window stays shut; the system's own buffers take megabytes until then."""
        await asyncio.sleep(60)

    monkeypatch.setattr(asyncio.StreamWriter, "drain", never)

    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", IMEI)) as field:
            deaf = await Dialler.dial(field, "one")
            await deaf.login(IMEI)
            assert field.state().devices[0].connected
            assert await deaf.reader.read() == b""
            await until(lambda: not field.state().devices[0].connected)

    run(scene())


def test_a_tracker_over_tcp_is_answered_with_what_was_taken() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", IMEI, "teltonika")) as field:
            known, stranger = await Dialler.dial(field, "one"), await Dialler.dial(field, "one")
            known.writer.write(teltonika.encode_login(IMEI))
            assert await known.reader.readexactly(1) == b"\x01"
            stranger.writer.write(teltonika.encode_login(UNKNOWN))
            assert await stranger.reader.read() == b"\x00"
            data = teltonika.encode_data(avl.CODEC_8, [teltonika.encode_record(said(n)) for n in range(3)])
            good = teltonika.encode_packet(data)
            known.writer.write(good[:30] + bytes((good[30] ^ 1,)) + good[31:])
            assert await known.reader.readexactly(4) == b"\x00\x00\x00\x00"
            known.writer.write(good)
            assert await known.reader.readexactly(4) == b"\x00\x00\x00\x03"
            assert whose(sink) == ["one"] * 3
            assert [refused.reason.partition(":")[0] for refused in sink.refused] == ["unknown", "crc"]
            known.writer.close()

    run(scene())


class Datagrams(asyncio.DatagramProtocol):
    """What comes back to a device that sends datagrams."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []

    def datagram_received(self, data: bytes, _addr: tuple[str, int]) -> None:
        self.answers.append(data)


def test_datagrams_name_their_device_and_are_answered_when_kept() -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", IMEI, "teltonika", transport="udp")) as field:
            back = Datagrams()
            there = ("127.0.0.1", field.udp_ports["one"])
            transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: back, remote_addr=there)
            data = teltonika.encode_data(avl.CODEC_8, [teltonika.encode_record(said())])
            transport.sendto(teltonika.encode_datagram(IMEI, 0xCAFE, 5, data))
            await until(lambda: back.answers == [bytes.fromhex("0005cafe010501")])
            transport.sendto(teltonika.encode_datagram(UNKNOWN, 0xCAFF, 6, data))
            await until(lambda: back.answers[1:] == [bytes.fromhex("0005caff010600")])
            transport.sendto(b"nonsense")
            await until(lambda: len(sink.refused) == 2)
            assert whose(sink) == ["one"]
            assert sink.refused[0].declared_id == UNKNOWN
            state = field.state().devices[0]
            assert (state.count.connects, state.count.messages) == (0, 1)
            transport.close()

    run(scene())


def test_a_datagram_whose_words_cannot_be_kept_is_not_answered_until_they_are() -> None:
    async def scene() -> None:
        sink = MemorySink()
        sink.trouble = True
        async with opened(sink, tracker("one", IMEI, "teltonika", transport="udp")) as field:
            back = Datagrams()
            there = ("127.0.0.1", field.udp_ports["one"])
            transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: back, remote_addr=there)
            data = teltonika.encode_data(avl.CODEC_8, [teltonika.encode_record(said())])
            transport.sendto(teltonika.encode_datagram(IMEI, 1, 5, data))
            await asyncio.sleep(0.2)
            assert back.answers == []
            sink.trouble = False
            await until(lambda: len(back.answers) == 1)
            transport.close()

    run(scene())


def test_two_devices_of_one_name_cannot_share_a_listener() -> None:
    async def scene() -> None:
        field = Field([post_of(tracker("one", IMEI), tracker("two", IMEI))], MemorySink(), clock)
        with pytest.raises(SiteTrouble, match="calls itself what one calls itself"):
            await field.start()

    run(scene())


def test_stopping_ends_every_conversation_even_if_nothing_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "LAST_WORDS_S_MAX", 0.2)

    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", IMEI)) as field:
            terminal, silent = await Dialler.dial(field, "one"), await Dialler.dial(field, "one")
            await terminal.login(IMEI)
            sink.trouble = True
            terminal.writer.write(speak.encode_packet(2, record(1)))
            await until(lambda: sink.offers > 0)
            async with asyncio.timeout(3):
                await field.stop()
            assert await silent.reader.read() == b""

    run(scene())


def test_many_that_dial_at_once_do_not_hold_up_one_that_reports() -> None:
    async def scene() -> None:
        sink = MemorySink()
        many = [tracker(f"t{number}", str(86_000_000_000_000 + number)) for number in range(300)]
        async with opened(sink, tracker("one", IMEI), *many) as field:
            known = await Dialler.dial(field, "one")
            await known.login(IMEI)

            async def come(device: Device) -> int:
                return await (await Dialler.dial(field, "one")).login(device.declared_id or "")

            coming = asyncio.gather(*map(come, many))
            waits: list[float] = []
            while not coming.done():
                waits.append(await known.heard(len(waits)))
            assert set(await coming) == {packet.OK}
            assert len(waits) > 1, "it was heard while they came"
            assert max(waits) < 2.0

    run(scene())


def test_a_tracker_that_hangs_up_is_no_news_of_a_broken_link() -> None:
    async def scene() -> None:
        async with opened(MemorySink(), tracker("one", IMEI)) as field:
            terminal = await Dialler.dial(field, "one")
            await terminal.login(IMEI)
            state = field.state().devices[0]
            terminal.writer.close()
            await until(lambda: not state.connected)
            assert state.link_trouble is None, "trackers come and go; silence is what counts"

    run(scene())


def test_garbage_that_cannot_be_put_aside_ends_without_noise(caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with opened(sink, tracker("one", IMEI)) as field:
            terminal = await Dialler.dial(field, "one")
            await terminal.login(IMEI)
            stranger = await Dialler.dial(field, "one")
            stranger.writer.write(b"GET / HTTP/1.1")
            await asyncio.sleep(0.05)
            sink.trouble = True
            stranger.writer.write_eof()
            assert await stranger.reader.read() == b""
        assert [record for record in caplog.records if record.name == "asyncio"] == []

    run(scene())


def test_one_address_does_not_take_all_the_room_for_datagrams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datagrams, "IN_HAND_PER_ADDRESS_MAX", 3)

    async def scene() -> None:
        sink = MemorySink()
        sink.trouble = True
        async with opened(sink, tracker("one", IMEI, "teltonika", transport="udp")) as field:
            back = Datagrams()
            there = ("127.0.0.1", field.udp_ports["one"])
            transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: back, remote_addr=there)
            for number in range(8):
                data = teltonika.encode_data(avl.CODEC_8, [teltonika.encode_record(said(number))])
                transport.sendto(teltonika.encode_datagram(IMEI, number, 5, data))
            await until(lambda: field.state().connections_refused == 5)
            sink.trouble = False
            await until(lambda: len(back.answers) == 3)
            transport.close()

    run(scene())


def test_when_the_system_has_no_room_the_next_connection_is_taken_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accept, "NO_ROOM_S", 0.05)
    takes = asyncio.SelectorEventLoop.sock_accept
    refused = [OSError(24, "too many open files")]

    async def once(loop: asyncio.SelectorEventLoop, listening: socket.socket) -> tuple[socket.socket, Any]:
        if refused:
            raise refused.pop()
        return await takes(loop, listening)

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_accept", once)

    async def scene() -> None:
        async with opened(MemorySink(), tracker("one", IMEI)) as field:
            terminal = await Dialler.dial(field, "one")
            assert await terminal.login(IMEI) == packet.OK
            assert refused == []

    run(scene())
