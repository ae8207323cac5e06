"""A drive-through X-ray complex of the rehearsal: it posts a drawn image of whoever has just left the scale."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Final

from PIL import Image, ImageDraw

from beket.devices.xray_scan.codec import Alive, Result, encode, encode_multipart
from beket.sim.country import XRAY
from beket.sim.happenings import Met, Scan
from beket.sim.makes import Content
from beket.sim.posting import Message, Now, Poster, Target
from beket.sim.truth import Told
from beket.words.ids import DeviceId, Instant
from beket.words.site import Device

PATH: Final = "/scan"

BEAT_S: Final = 60.0
"""How often a complex says that it lives."""

SUSPECT_SHARE: Final = 0.04
"""Share of images in which the analyst marks something."""

_SIZE: Final = (640, 220)
_BOX: Final = (620, 480, 90, 180)
"""Where a suspect thing is drawn and marked, in per-mille of the image."""

_BOUNDARY: Final = "scan"
_SCHEMA: Final = "beket.scan/1"


class Complex(Poster):
    """One complex, known by the name it was registered with."""

    def __init__(self, device: Device, target: Target, now: Now) -> None:
        super().__init__(device, target, now)
        self._name = device.declared_id or device.id

    def speak(self, told: Told) -> None:
        """Tell a scan; one whose link is cut is not told again, as the workstation was switched off."""
        if told.telling.silent:
            return
        if told.telling.cut:
            told.lost = "cut"
            return
        self._keep(self.scanned(told, told.seen_at if told.seen_at is not None else self._now()))

    def beat(self) -> None:
        """Say that the complex lives."""
        body = encode(Alive(schema=_SCHEMA, scanner=self._name, time=_iso(self._now())))
        self._keep(Message(content=Content("application/json", body, PATH), told=None))

    def scanned(self, told: Told, at: Instant) -> Message:
        """Write the result of one scan with its image."""
        met = told.telling.met
        assert isinstance(met, Scan)
        suspect = Random(f"xray:{met.scan_id}").random() < SUSPECT_SHARE
        result = Result(
            schema=_SCHEMA,
            scanner=self._name,
            time=_iso(at),
            scan_id=met.scan_id,
            verdict="suspect" if suspect else "clear",
            plate=met.plate,
            containers=[met.container] if met.container else [],
            analyst="a7",
            remark="dense block" if suspect else None,
            marked=[_BOX] if suspect else [],
        )
        body = encode_multipart(result, [("scan", "image/png", drawn(met, suspect=suspect))], _BOUNDARY)
        return Message(content=Content(f"multipart/form-data; boundary={_BOUNDARY}", body, PATH), told=told)


def drawn(met: Scan, *, suspect: bool) -> bytes:
    """Draw what the rays leave of a conveyance: the denser, the darker."""
    rng = Random(f"xray:drawn:{met.scan_id}")
    width, height = _SIZE
    image = Image.new("L", _SIZE, 245)
    draw = ImageDraw.Draw(image)
    front = 470 if met.vehicle == "lorry" else 560
    draw.rectangle((30, 40, front, 170), fill=205, outline=120, width=3)
    draw.rounded_rectangle((front + 10, 70, 610, 172), radius=16, fill=180, outline=90, width=3)
    for left in (80, 150, front + 60):
        draw.ellipse((left, 160, left + 44, 204), fill=70, outline=30, width=6)
    for n in range(rng.randint(3, 9)):
        left = 45 + n * (front - 60) // 9
        draw.rectangle((left, rng.randint(70, 120), left + (front - 90) // 9, 166), fill=rng.randint(120, 185))
    if suspect:
        left, top, wide, high = _BOX
        box = (left * width // 1000, top * height // 1000, (left + wide) * width // 1000, (top + high) * height // 1000)
        draw.rectangle(box, fill=35)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")


class Complexes:
    """All complexes of the rehearsal."""

    def __init__(self, devices: Sequence[Device], target: Target, now: Now) -> None:
        self._all: dict[DeviceId, Complex] = {
            device.id: Complex(device, target, now) for device in devices if device.driver == XRAY
        }
        self._since_beat_s = BEAT_S

    def met(self, met: Met) -> bool:
        """Tell whether it is one of these that met a conveyance."""
        return met.device in self._all

    def speak(self, told: Told) -> None:
        """Have the right complex tell a scan."""
        self._all[told.telling.met.device].speak(told)

    def tick(self, elapsed_s: float) -> None:
        """Let time pass: each says once a minute that it lives."""
        self._since_beat_s += elapsed_s
        if self._since_beat_s >= BEAT_S:
            self._since_beat_s = 0.0
            for one in self._all.values():
                one.beat()

    @property
    def busy(self) -> bool:
        """Tell whether any still has a scan to hand over."""
        return any(one.busy for one in self._all.values())

    def close(self) -> None:
        """Hang up everywhere."""
        for one in self._all.values():
            one.close()
