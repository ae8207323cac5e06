"""A drive-through X-ray complex of the rehearsal: it posts a drawn image of whoever has just left the scale."""

from __future__ import annotations

import io
from random import Random
from typing import Final

from PIL import Image, ImageDraw

from beket.devices.xray_scan.codec import Alive, Result, encode, encode_multipart, iso
from beket.sim.happenings import Scan
from beket.sim.makes import Content
from beket.sim.posting import Message, Station
from beket.sim.truth import Told
from beket.words.ids import Instant

PATH: Final = "/scan"

SUSPECT_SHARE: Final = 0.04
"""Share of images in which the analyst marks something."""

_SIZE: Final = (640, 220)
_BOX: Final = (620, 480, 90, 180)
"""Where a suspect thing is drawn and marked, in per-mille of the image."""

_BOUNDARY: Final = "scan"
_SCHEMA: Final = "beket.scan/1"


class Complex(Station):
    """One complex; it says too that it lives."""

    def beat(self) -> None:
        """Say that the complex lives."""
        body = encode(Alive(schema=_SCHEMA, scanner=self._name, time=iso(self._now())))
        self._keep(Message(content=Content("application/json", body, PATH), told=None))

    def content(self, told: Told, at: Instant) -> Content:
        """Write the result of one scan with its image."""
        met = told.telling.met
        assert isinstance(met, Scan)
        suspect = Random(f"xray:{met.scan_id}").random() < SUSPECT_SHARE
        result = Result(
            schema=_SCHEMA,
            scanner=self._name,
            time=iso(at),
            scan_id=met.scan_id,
            verdict="suspect" if suspect else "clear",
            plate=met.plate,
            containers=[met.container] if met.container else [],
            analyst="a7",
            remark="dense block" if suspect else None,
            marked=[_BOX] if suspect else [],
        )
        body = encode_multipart(result, [("scan", "image/png", drawn(met, suspect=suspect))], _BOUNDARY)
        return Content(f"multipart/form-data; boundary={_BOUNDARY}", body, PATH)


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
