"""Devices behind TLS, on real sockets: a certificate of the right name is let in, every other is told why not."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from beket.app import doctor
from beket.devices.egts import codec as egts
from beket.devices.egts import packet, speak
from beket.devices.hikvision_isapi.codec import Sighting, encode_push
from beket.devices.kit import backoff, handshakes
from beket.devices.kit.driver import NOBODY, UNNAMED
from beket.devices.kit.field import Field, SiteTrouble
from beket.devices.kit.tls import Tls, TlsTrouble, days_left
from beket.devices.rapiscan_tsa import codec as portal
from beket.settings import Settings
from beket.words.ids import Instant
from beket.words.readings import PlateRead, Position
from beket.words.site import Device
from tests.devices.sockets import MemorySink, clock, device, post_of, until

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="needs the openssl command to make an authority"
)

HERE = ("127.0.0.1",)
DIALLED: list[asyncio.StreamWriter] = []
IMEI = "861237169560031"
EXTENSIONS = """
[ca]
basicConstraints = critical, CA:TRUE
[server]
subjectAltName = DNS:localhost, IP:127.0.0.1
[device]
extendedKeyUsage = clientAuth
subjectAltName = DNS:also.{name}
"""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST_S", 0.02)
    monkeypatch.setattr(backoff, "LONGEST_S", 0.05)


class Authority:
    """A throw-away authority of one test run, and what it signed."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir()
        self._openssl("req", "-x509", *self._key("ca"), "-subj", "/CN=Trial authority", "-days", "2", "-out", "ca.pem")

    def _openssl(self, *line: str) -> None:
        subprocess.run(["openssl", *line], cwd=self.home, check=True, capture_output=True)

    def _key(self, name: str) -> list[str]:
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key"]

    def sign(self, name: str, kind: str = "device", days: int = 2) -> str:
        (self.home / "ext").write_text(EXTENSIONS.format(name=name))
        self._openssl("req", "-new", *self._key(name), "-subj", f"/CN={name}", "-out", f"{name}.csr")
        ends = datetime.now(UTC) + timedelta(days=days)
        begins = ends - timedelta(days=30)
        self._openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile",
            "ext", "-extensions", kind, "-out", f"{name}.pem", *self._days(begins, ends, days),
        )  # fmt: skip
        return name

    def _days(self, begins: datetime, ends: datetime, days: int) -> list[str]:
        if days > 0:
            return ["-days", str(days)]
        known = subprocess.run(["openssl", "x509", "-help"], capture_output=True, text=True, check=False)
        if "-not_before" not in known.stderr + known.stdout:
            return ["-days", str(days)]
        return ["-not_before", f"{begins:%Y%m%d%H%M%SZ}", "-not_after", f"{ends:%Y%m%d%H%M%SZ}"]

    def tls(self) -> Tls:
        home = self.home
        return Tls(certificate=home / "server.pem", key=home / "server.key", clients_ca=home / "ca.pem")

    def context(self, name: str | None, trusts: Authority | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str((trusts or self).home / "ca.pem"))
        if name is not None:
            context.load_cert_chain(self.home / f"{name}.pem", self.home / f"{name}.key")
        return context


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = Authority(tmp_path_factory.mktemp("tls") / "ours")
    made.sign("server", "server")
    for name in ("north.post", "south.post"):
        made.sign(name)
    made.sign("late.post", days=-1)
    return made


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = Authority(tmp_path_factory.mktemp("tls") / "theirs")
    made.sign("north.post")
    return made


CAMERA = device("camera", "hikvision_isapi", allow=HERE, tls_name="North.post")
PORTAL = device(
    "portal", "rapiscan_tsa", transport="tcp-server", host="127.0.0.1", port=0, allow=HERE, tls_name="north.post"
)


def tracker(name: str, declared_id: str, tls_name: str | None) -> Device:
    return device(name, "egts", host="127.0.0.1", port=0, allow=HERE, declared_id=declared_id, tls_name=tls_name)


@asynccontextmanager
async def proving(sink: MemorySink, authority: Authority, *devices: Device) -> AsyncIterator[Field]:
    at = ("127.0.0.1", 0)
    field = Field([post_of(*devices)], sink, clock, http=at, https=at, tls=authority.tls())
    await field.start()
    try:
        yield field
    finally:
        await field.stop()


def run(scene: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        try:
            async with asyncio.timeout(20):
                await scene
        finally:
            for writer in DIALLED:
                writer.transport.abort()
            DIALLED.clear()
            await asyncio.sleep(0.05)

    asyncio.run(bounded())


async def posted(field: Field, context: ssl.SSLContext) -> int:
    kind, body = encode_push(Sighting(at=clock(), plate="01KG317PPO", uuid="u-1"))
    async with httpx.AsyncClient(verify=context, trust_env=False) as client:
        url = f"https://localhost:{field.https_port}/"
        return (await client.post(url, content=body, headers={"content-type": kind})).status_code


def position() -> bytes:
    at = Instant(clock() // 1000 * 1000 - 3_600_000)
    said = Position(
        device_id=NOBODY, reading_id=UNNAMED, received=clock(), time=at, latitude=42.5, longitude=74.25, satellites=9
    )
    return speak.encode_packet(2, speak.encode_record(1, speak.encode_position(said)))


async def dialled(port: int, context: ssl.SSLContext | None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    name = None if context is None else "localhost"
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=name)
    DIALLED.append(writer)
    return reader, writer


async def talked(port: int, context: ssl.SSLContext | None) -> bytes:
    """Say something and hear what comes; in TLS 1.3 a client learns only now that it was refused."""
    reader, writer = await dialled(port, context)
    writer.write(b"GB,000010,000011,000012,000013\r\n\r\n")
    return await reader.readexactly(1)


def test_a_camera_with_its_certificate_is_heard(authority: Authority) -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with proving(sink, authority, CAMERA) as field:
            assert await posted(field, authority.context("north.post")) == 200
            assert field.http_port == 0, "no device speaks in the clear, so nothing listens for it"
            assert len(sink.said(PlateRead)) == 1

    run(scene())


def test_a_certificate_of_another_name_is_another_device(authority: Authority) -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with proving(sink, authority, CAMERA) as field:
            assert await posted(field, authority.context("south.post")) == 403
            assert sink.said(PlateRead) == []
            assert "a certificate of also.south.post or south.post" in sink.refused[0].reason

    run(scene())


def test_the_registry_tells_devices_of_one_address_apart_by_their_certificates(authority: Authority) -> None:
    async def scene() -> None:
        sink = MemorySink()
        other = device("other", "hikvision_isapi", allow=HERE, tls_name="also.south.post")
        async with proving(sink, authority, CAMERA, other) as field:
            assert await posted(field, authority.context("south.post")) == 200
            assert await posted(field, authority.context("north.post")) == 200
            assert [reading.device_id for reading in sink.said(PlateRead)] == ["other", "camera"]

    run(scene())


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1")
@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("late", "tls: its certificate is refused: certificate has expired"),
        ("unknown", "tls: its certificate is refused: "),
        ("none", "tls: peer did not return a certificate"),
        ("old", "tls: unsupported protocol"),
        ("plain", "tls: "),
    ],
)
def test_who_is_not_let_in_is_put_aside_with_the_reason(
    who: str, reason: str, authority: Authority, stranger: Authority
) -> None:
    def context() -> ssl.SSLContext | None:
        if who == "plain":
            return None
        if who == "unknown":
            return stranger.context("north.post", authority)
        made = authority.context({"late": "late.post", "none": None}.get(who, "north.post"))
        if who == "old":
            made.minimum_version = ssl.TLSVersion.TLSv1
            made.maximum_version = ssl.TLSVersion.TLSv1_1
            made.set_ciphers("ALL:@SECLEVEL=0")
        return made

    async def scene() -> None:
        sink = MemorySink()
        async with proving(sink, authority, PORTAL) as field:
            with pytest.raises((OSError, EOFError)):
                await talked(field.tcp_ports["portal"], context())
            await until(lambda: bool(sink.refused))
            assert sink.refused[0].reason.startswith(reason)
            assert sink.refused[0].address == "127.0.0.1"
            assert field.state().strangers == 1
            assert sink.entries == []

    run(scene())


def test_a_portal_behind_tls_is_heard(authority: Authority) -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with proving(sink, authority, PORTAL) as field:
            _, writer = await dialled(field.tcp_ports["portal"], authority.context("north.post"))
            writer.write(portal.encode_background("gamma", (10, 11, 12, 13)))
            await until(lambda: bool(sink.entries))
            writer.close()

    run(scene())


def test_a_tracker_needs_its_own_certificate_beside_its_name(authority: Authority) -> None:
    async def scene() -> None:
        sink = MemorySink()
        async with proving(sink, authority, tracker("one", IMEI, "north.post")) as field:
            for name, result in (("south.post", packet.ID_NOT_FOUND), ("north.post", packet.OK)):
                reader, writer = await dialled(field.tcp_ports["one"], authority.context(name))
                writer.write(speak.encode_login(1, IMEI))
                answers = b""
                while len(answers) < 18 or answers[-3:-2] != bytes((result,)):
                    more = await reader.read(1000)
                    assert more, answers.hex()
                    answers += more
                if result == packet.OK:
                    writer.write(position())
                    said: dict[str, Any] = egts.acknowledged([await reader.read(1000)])
                    assert said["confirmed_records"] == [1]
                writer.close()
            assert [reading.device_id for reading in sink.said(Position)] == ["one"]

    run(scene())


def test_a_handshake_that_dribbles_is_given_up_and_keeps_nobody_waiting(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handshakes, "HANDSHAKE_S_MAX", 0.5)

    async def scene() -> None:
        sink = MemorySink()
        async with proving(sink, authority, CAMERA) as field:
            silent = [await dialled(field.https_port, None) for _ in range(20)]
            assert await posted(field, authority.context("north.post")) == 200
            for reader, _ in silent:
                assert await reader.read() == b""
            await until(lambda: len(sink.refused) == 20)

    run(scene())


def test_no_address_but_those_of_devices_gets_as_far_as_a_handshake(authority: Authority) -> None:
    async def scene() -> None:
        sink = MemorySink()
        elsewhere = device("camera", "hikvision_isapi", allow=("192.0.2.7",), tls_name="north.post")
        async with proving(sink, authority, elsewhere) as field:
            with pytest.raises((httpx.HTTPError, OSError)):
                await posted(field, authority.context("north.post"))
            assert sink.refused[0].reason == "tls: no device is registered for this address"

    run(scene())


@pytest.mark.parametrize(
    ("devices", "why"),
    [
        ([tracker("one", "1", "a.post"), tracker("two", "2", None)], "both or none use TLS"),
        ([device("one", "rapiscan_tsa", transport="tcp-client", tls_name="a")], "by HTTP or TCP"),
    ],
)
def test_a_site_that_mixes_is_told_so(devices: list[Device], why: str, authority: Authority) -> None:
    async def scene() -> None:
        with pytest.raises(SiteTrouble, match=why):
            async with proving(MemorySink(), authority, *devices):
                pass

    run(scene())


def test_without_files_or_with_wrong_ones_a_device_that_needs_them_is_named(authority: Authority) -> None:
    with pytest.raises(SiteTrouble, match="camera: it has a tls_name; name tls_certificate"):
        Field([post_of(CAMERA)], MemorySink(), clock)
    home = authority.home
    for wrong, said in (
        (Tls(certificate=home / "nowhere.pem", key=home / "server.key", clients_ca=home / "ca.pem"), "No such file"),
        (Tls(certificate=home / "server.pem", key=home / "ca.key", clients_ca=home / "ca.pem"), "key values mismatch"),
        (Tls(certificate=home / "server.pem", key=home / "server.key", clients_ca=home / "ext"), "ext: "),
    ):
        with pytest.raises(SiteTrouble, match=said):
            Field([post_of(CAMERA)], MemorySink(), clock, tls=wrong)


def test_the_days_that_a_certificate_has_left_are_counted(authority: Authority) -> None:
    now = datetime.now(UTC)
    assert days_left(authority.home / "server.pem", now) == 1
    assert days_left(authority.home / "late.post.pem", now) < 0
    with pytest.raises(TlsTrouble, match="ext"):
        days_left(authority.home / "ext", now)


def test_the_self_check_says_how_long_certificates_are_good(authority: Authority) -> None:
    home = authority.home
    named = Settings(tls_certificate=str(home / "server.pem"), tls_key=str(home / "server.key"))
    (finding,) = doctor._certificates(named)
    assert (finding.well, finding.said) == (False, f"{home / 'server.pem'} has 1 days left")
    assert doctor._certificates(Settings()) == []


def test_in_the_clear_it_still_works_beside_it(authority: Authority) -> None:
    async def scene() -> None:
        sink = MemorySink()
        plain = device("plain", "hikvision_isapi", allow=HERE)
        async with proving(sink, authority, CAMERA, plain) as field:
            kind, body = encode_push(Sighting(at=clock(), plate="01KG317PPP", uuid="u-2"))
            async with httpx.AsyncClient(trust_env=False) as client:
                url = f"http://127.0.0.1:{field.http_port}/"
                assert (await client.post(url, content=body, headers={"content-type": kind})).status_code == 200
            assert await posted(field, authority.context("north.post")) == 200
            assert [reading.device_id for reading in sink.said(PlateRead)] == ["plain", "camera"]

    run(scene())
