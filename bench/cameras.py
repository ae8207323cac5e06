"""Measures camera posts of 169 kB from socket to durable: `python bench/cameras.py [--seconds S]`; prints JSON.

Each post has an event and two pictures no other post has; it is answered after pictures and entry survive a power cut.
Figure: posts per second of CPU that the field process spends (goal 400), and posts/s on the wall clock. Limits of the
same run: decoding alone, and the same picture bytes written and synced by the batch to the same disk, by nobody else.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from pathlib import Path
from typing import Any, Final

from _house import environment, folder, house, say, wait_for_port

from beket.devices.hikvision_isapi import codec
from beket.devices.hikvision_isapi.speak import Shot, Sighting, encode_push
from beket.devices.kit.driver import Frame
from beket.settings import Settings
from beket.words.ids import DeviceId, Instant, LaneId, PlaceId
from beket.words.site import Device, Lane, Name, Post

CAMERAS: Final = 16
SCENE_BYTES: Final = 160_000
PLATE_BYTES: Final = 6_500
BATCH: Final = 50
DECODED: Final = 300
JPEG: Final = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"


def post_of_cameras() -> Post:
    """A checkpoint with sixteen cameras, each known by its hardware address."""
    place = PlaceId("KG-XXX-A")
    devices = tuple(
        Device(
            id=DeviceId(f"{place}/in-1/camera-{n}"), driver="hikvision_isapi", lane=LaneId("in-1"), view="front",
            declared_id=mac(n), allow=("127.0.0.1",),
        )
        for n in range(CAMERAS)
    )  # fmt: skip
    name = Name(ky="Сыноо", ru="Проба", en="Trial")
    lanes = (Lane(id=LaneId("in-1"), direction="in"),)
    return Post(id=place, name=name, latitude=42.0, longitude=74.0, lanes=lanes, devices=devices)


def mac(number: int) -> str:
    """A camera's hardware address."""
    return f"02:00:5e:10:01:{number:02x}"


def message(camera: int, number: int) -> tuple[str, bytes]:
    """One post, its pictures unlike any other's."""
    at = Instant(time.time_ns() // 1_000_000)
    seen = Sighting(at=at, plate=f"01KG{number % 1000:03}ABC", uuid=f"{camera}-{number}", mac=mac(camera), country="KG")
    own = f"{camera}-{number}-{at}".encode()
    scene = JPEG + own + os.urandom(64) + bytes(SCENE_BYTES) + b"\xff\xd9"
    plate = JPEG + own + os.urandom(64) + bytes(PLATE_BYTES) + b"\xff\xd9"
    return encode_push(
        seen, (Shot(name="detectionPicture.jpg", jpeg=scene), Shot(name="licensePlatePicture.jpg", jpeg=plate))
    )


async def camera(port: int, number: int, until: float, waits: list[float]) -> None:
    """One camera: posts, waits for the answer, posts again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    while time.monotonic() < until:
        content_type, body = message(number, count)
        head = f"POST / HTTP/1.1\r\nHost: h\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        began = time.perf_counter()
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(answer.decode(errors="replace"))
        length = int(answer.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0] or b"0")
        await reader.readexactly(length)
        waits.append((time.perf_counter() - began) * 1000)
        count += 1
    writer.close()


def decoding_per_s() -> float:
    """The limit of one core that only decodes and hashes."""
    content_type, body = message(0, 0)
    decoder = codec.decoder({})
    frame = Frame(blob=body, content_type=content_type)
    began = time.process_time()
    for _ in range(DECODED):
        decoder.read(frame, Instant(0))
    return DECODED / (time.process_time() - began)


def writing_per_s(path: Path) -> float:
    """The limit of the disk: the same bytes appended to one file, synced by fifty posts."""
    block = os.urandom(SCENE_BYTES + PLATE_BYTES) * BATCH
    rounds = 8
    with (path / "limit").open("wb", buffering=0) as file:
        began = time.perf_counter()
        for _ in range(rounds):
            file.write(block)
            os.fsync(file.fileno())
        return rounds * BATCH / (time.perf_counter() - began)


def measure(seconds: float, port: int) -> dict[str, Any]:
    """Run sixteen cameras against one field process."""
    with folder() as path:
        settings = Settings(data_dir=path, field_port=port, site=str(Path(path) / "site.toml"))
        post = post_of_cameras()
        Path(str(settings.site)).write_text(_toml(post))
        limit = {"decoding_per_cpu_s": decoding_per_s(), "disk_posts_per_s": writing_per_s(Path(path))}
        with house(settings, [post], ["field"], {}) as running:
            wait_for_port("127.0.0.1", port)
            before = running.cpu_s("field"), running.cpu_s("engine")
            waits: list[float] = []
            began = time.monotonic()
            asyncio.run(_all(port, began + seconds, waits))
            wall = time.monotonic() - began
            field_s, engine_s = running.cpu_s("field") - before[0], running.cpu_s("engine") - before[1]
    waits.sort()
    figure = len(waits) / field_s
    return {
        "measurement": "camera posts of 169 kB, durable",
        "posts": len(waits),
        "posts_per_cpu_s_of_the_field": round(figure, 1),
        "posts_per_cpu_s_of_field_and_engine": round(len(waits) / (field_s + engine_s), 1),
        "posts_per_s": round(len(waits) / wall, 1),
        "answer_ms": {"p50": round(waits[len(waits) // 2], 1), "p99": round(waits[int(len(waits) * 0.99)], 1)},
        "limits": {name: round(value, 1) for name, value in limit.items()},
        "ratio_to_decoding": round(figure / limit["decoding_per_cpu_s"], 3),
        "ratio_to_disk": round(len(waits) / wall / limit["disk_posts_per_s"], 3),
        "goal": "400 posts per CPU second",
        "environment": environment(),
    }


async def _all(port: int, until: float, waits: list[float]) -> None:
    await asyncio.gather(*(camera(port, number, until, waits) for number in range(CAMERAS)))


def _toml(post: Post) -> str:
    from beket.app.site_text import site_toml  # noqa: PLC0415 - only for writing the file

    return site_toml([post])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--port", type=int, default=17090)
    given = parser.parse_args()
    say(measure(given.seconds, given.port))


if __name__ == "__main__":
    main()
