"""What the rehearsal's cameras photograph: a conveyance in its lane by day or night, and the crop of its plate.

Everything is drawn here, so no picture of a real person or vehicle is ever in the demonstration. The same sighting
gives the same bytes.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Final, Literal

from msgspec import Struct
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from beket.devices.hikvision_isapi.speak import Shot
from beket.sim.drawn_plates import SIZE as PLATE_SIZE
from beket.sim.drawn_plates import font, plate
from beket.sim.fleet import Sign, VehicleKind
from beket.sim.happenings import Sight
from beket.words.ids import Instant
from beket.words.site import Post

SCENE: Final = (896, 504)
CROP: Final = (240, 72)
SCENE_QUALITY: Final = 72
CROP_QUALITY: Final = 82

CROPS_KEPT_MAX: Final = 2048
"""Crops kept as JPEG, a few kilobytes each: whoever comes in is photographed again going out."""

VALLEYS: Final = 8
"""Different mountains behind the posts."""

GROUNDS_KEPT_MAX: Final = 2 * VALLEYS
"""Empty lanes kept drawn, by day and by night: about 1.3 MB each, and the idle demonstration must be small."""

BODIES_KEPT_MAX: Final = 24
"""Conveyances kept drawn: up to 0.7 MB each."""

POOL_PAINTS: Final = 3
"""Under load scenes are chosen from so many paints of each conveyance, drawn beforehand."""

_EPOCH_DAY: Final = date(1970, 1, 1)
_LOCAL_MS: Final = 6 * 3600 * 1000
_DAY_HOURS: Final = range(7, 19)

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]

_PAINTS: Final[tuple[Colour, ...]] = (
    (226, 228, 230), (178, 38, 36), (38, 72, 148), (44, 110, 70), (232, 178, 40), (128, 132, 138),
    (40, 42, 48), (66, 150, 170),
)  # fmt: skip

_PLATE_AT: Final[dict[tuple[VehicleKind, str], tuple[float, float, float]]] = {
    ("lorry", "front"): (0.5, 0.872, 0.30), ("lorry", "rear"): (0.5, 0.905, 0.28),
    ("bus", "front"): (0.5, 0.885, 0.28), ("bus", "rear"): (0.5, 0.86, 0.28),
    ("car", "front"): (0.5, 0.80, 0.30), ("car", "rear"): (0.5, 0.66, 0.30),
}  # fmt: skip
"""Where the plate is on a body: centre across, centre down, and its width, as shares of the body's box."""

_BODIES: Final[dict[VehicleKind, tuple[int, int]]] = {"lorry": (372, 410), "bus": (372, 400), "car": (330, 250)}
_FOOT: Final = (SCENE[0] // 2 + 8, SCENE[1] - 24)


class Look(Struct, frozen=True):
    """What a conveyance looks like from one side."""

    vehicle: VehicleKind
    side: Literal["front", "rear"]
    paint: int


def _look(met: Sight, paints: int) -> Look:
    return Look(met.vehicle, "rear" if met.view == "rear" else "front", met.paint % paints)


class Pictures:
    """Draws for all cameras of the rehearsal; `fast` draws scenes beforehand, so that only the crop is new."""

    def __init__(self, posts: Sequence[Post], *, fast: bool = False) -> None:
        self._names = {post.id: post.name.en for post in posts}
        self._fast = fast

    def shots(self, met: Sight, at: Instant) -> tuple[tuple[Shot, ...], Box | None]:
        """Give the scene and the crop of a sighting, and where the plate is in the scene (per mille)."""
        box = plate_box(_look(met, len(_PAINTS)))
        mille = (
            box[0] * 1000 // SCENE[0],
            box[1] * 1000 // SCENE[1],
            (box[2] - box[0]) * 1000 // SCENE[0],
            (box[3] - box[1]) * 1000 // SCENE[1],
        )
        scene = self._pooled(met, at) if self._fast else self._scene(met, at)
        shots = [Shot(name="detectionPicture.jpg", jpeg=scene)]
        if met.sign is not None and met.shown is not None:
            shots.append(
                Shot(name="licensePlatePicture.jpg", jpeg=crop(met.sign, night=is_night(at), plain=self._fast))
            )
        return tuple(shots), mille if met.sign is not None else None

    def _scene(self, met: Sight, at: Instant) -> bytes:
        night = is_night(at)
        image = _passing(met.place, _look(met, len(_PAINTS)), met.sign, night=night)
        draw = ImageDraw.Draw(image)
        draw.rectangle((0, 0, SCENE[0], 24), fill=(12, 14, 18))
        draw.text((10, 4), _stamp(at), fill=(240, 240, 240), font=font(15))
        name = self._names.get(met.place, met.place)
        draw.text((SCENE[0] - 10, 4), f"{name}   {met.device}", fill=(240, 240, 240), font=font(15), anchor="ra")
        if met.container and met.view == "rear":
            draw.text((_FOOT[0], 150), met.container, fill=(250, 250, 250), font=font(24), anchor="mm")
        return _jpeg(image, SCENE_QUALITY)

    def _pooled(self, met: Sight, at: Instant) -> bytes:
        """Give a scene drawn before, made this sighting's own by the note that cameras write into their pictures."""
        scene = _pool(_look(met, POOL_PAINTS), night=is_night(at))
        return with_note(scene, f"{met.device} {at} {met.uuid}".encode())


def with_note(jpeg: bytes, note: bytes) -> bytes:
    """Put a comment segment behind the start of a JPEG (ISO 10918-1 B.2.4.5)."""
    return jpeg[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + jpeg[2:]


def is_night(at: Instant) -> bool:
    """Tell whether a camera in Kyrgyzstan has switched to infrared at this instant."""
    return (at + _LOCAL_MS) // 3_600_000 % 24 not in _DAY_HOURS


def plate_box(look: Look) -> Box:
    """Say where the plate is in the scene."""
    width, height = _BODIES[look.vehicle]
    across, down, share = _PLATE_AT[look.vehicle, look.side]
    plate_width = round(width * share)
    plate_height = round(plate_width * PLATE_SIZE[1] / PLATE_SIZE[0])
    left = _FOOT[0] - width // 2 + round(width * across) - plate_width // 2
    top = _FOOT[1] - height + round(height * down) - plate_height // 2
    return left, top, left + plate_width, top + plate_height


@lru_cache(maxsize=CROPS_KEPT_MAX)
def crop(sign: Sign, *, night: bool, plain: bool) -> bytes:
    """Draw the plate as the camera crops it: a little soft, unevenly lit, never quite straight (unless `plain`)."""
    if plain:
        small = plate(sign).reduce(2)
        return _jpeg(small.convert("L") if night else small, CROP_QUALITY)
    rng = Random(sign.value)
    ground = Image.new("RGB", CROP, (46, 48, 52))
    width = CROP[0] - rng.randint(10, 26)
    small = plate(sign).resize((width, width * PLATE_SIZE[1] // PLATE_SIZE[0]), Image.Resampling.BILINEAR)
    ground.paste(small, ((CROP[0] - small.width) // 2, (CROP[1] - small.height) // 2))
    turned = ground.rotate(rng.uniform(-1.6, 1.6), Image.Resampling.BILINEAR, fillcolor=(46, 48, 52))
    soft = turned.filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 0.9)))
    lit = ImageEnhance.Brightness(soft).enhance(rng.uniform(0.8, 1.05))
    return _jpeg(lit.convert("L") if night else lit, CROP_QUALITY)


@lru_cache(maxsize=64)
def _pool(look: Look, *, night: bool) -> bytes:
    return _jpeg(_passing("", look, None, night=night), SCENE_QUALITY)


def _passing(place: str, look: Look, sign: Sign | None, *, night: bool) -> Image.Image:
    """Put a conveyance with its plate into its lane."""
    image = ground(zlib.crc32(place.encode()) % VALLEYS, night=night).copy()
    sprite = body(look)
    if night:
        sprite = _dimmed(sprite)
    image.paste(sprite, (_FOOT[0] - sprite.width // 2, _FOOT[1] - sprite.height), sprite)
    if night and look.side == "front":
        _glare(image, look.vehicle)
    box = plate_box(look)
    if sign is not None:
        small = plate(sign).resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BILINEAR)
        image.paste(small, box[:2])
    return image.convert("L").convert("RGB") if night else image


def _glare(image: Image.Image, vehicle: VehicleKind) -> None:
    """Let the headlamps blind the camera a little."""
    width, height = _BODIES[vehicle]
    halo = _halo()
    down = round(height * _LAMPS_DOWN[vehicle])
    for side in (-1, 1):
        x = _FOOT[0] + side * round(width * 0.33) - halo.width // 2
        image.paste((255, 255, 250), (x, _FOOT[1] - height + down - halo.height // 2), halo)


_LAMPS_DOWN: Final[dict[VehicleKind, float]] = {"lorry": 0.74, "bus": 0.76, "car": 0.57}


@lru_cache(maxsize=1)
def _halo() -> Image.Image:
    return (
        ImageChops.invert(Image.radial_gradient("L"))
        .resize((150, 150))
        .point([max(2 * v - 255, 0) for v in range(256)])
    )


def _dimmed(sprite: Image.Image) -> Image.Image:
    dark = ImageEnhance.Brightness(sprite.convert("RGB")).enhance(0.5)
    dark.putalpha(sprite.getchannel("A"))
    return dark


@lru_cache(maxsize=GROUNDS_KEPT_MAX)
def ground(valley: int, *, night: bool) -> Image.Image:
    """Draw an empty lane: mountains of one of a few valleys, a canopy, a booth, the road."""
    rng = Random(f"mountains of valley {valley}")
    image = Image.new("RGB", SCENE, (30, 32, 36))
    draw = ImageDraw.Draw(image)
    _sky(draw, night=night)
    _ridge(draw, rng, 150, 70, (34, 38, 44) if night else (146, 158, 176))
    _ridge(draw, rng, 190, 50, (28, 31, 36) if night else (110, 122, 122))
    _road(draw, night=night)
    _booth(draw, night=night)
    grain = Image.effect_noise(SCENE, 26).convert("RGB")
    return Image.blend(image, ImageChops.overlay(image, grain), 0.35)


def _sky(draw: ImageDraw.ImageDraw, *, night: bool) -> None:
    top, low = ((10, 11, 14), (26, 28, 33)) if night else ((112, 156, 206), (214, 226, 234))
    for y in range(250):
        part = y / 250
        draw.line((0, y, SCENE[0], y), fill=_between(top, low, part))


def _between(one: Colour, other: Colour, part: float) -> Colour:
    mixed = [round(a + (b - a) * part) for a, b in zip(one, other, strict=True)]
    return mixed[0], mixed[1], mixed[2]


def _ridge(draw: ImageDraw.ImageDraw, rng: Random, height: int, rough: int, fill: Colour) -> None:
    points = [(0, 300), (0, height)]
    points += [(x, height + rng.randint(-rough, rough // 2)) for x in range(40, SCENE[0], 64)]
    points += [(SCENE[0], height), (SCENE[0], 300)]
    draw.polygon(points, fill=fill)


def _road(draw: ImageDraw.ImageDraw, *, night: bool) -> None:
    soil, tar, line = (
        ((24, 25, 27), (44, 46, 49), (120, 120, 116)) if night else ((142, 132, 112), (96, 98, 102), (232, 232, 226))
    )
    draw.rectangle((0, 250, *SCENE), fill=soil)
    draw.polygon([(300, 250), (600, 250), (960, SCENE[1]), (-60, SCENE[1])], fill=tar)
    for left, right in (((330, 250), (30, SCENE[1])), ((570, 250), (880, SCENE[1]))):
        draw.line((left, right), fill=line, width=5)
    for n in range(5):
        y = 264 + n * n * 13
        draw.line((444, y, 444, y + 6 + n * 5), fill=line, width=3 + n)


def _booth(draw: ImageDraw.ImageDraw, *, night: bool) -> None:
    wall, glass = ((60, 62, 66), (168, 160, 120)) if night else ((206, 208, 206), (92, 120, 140))
    draw.rectangle((40, 168, 180, 360), fill=wall)
    draw.rectangle((58, 200, 162, 270), fill=glass)
    draw.rectangle((0, 60, SCENE[0], 86), fill=(70, 74, 80) if night else (188, 192, 198))
    draw.rectangle((0, 86, SCENE[0], 92), fill=(196, 40, 44) if not night else (70, 30, 32))
    for x in (196, 700):
        draw.rectangle((x, 92, x + 16, 400), fill=(84, 88, 94) if night else (164, 168, 174))
    draw.rectangle((716, 300, 880, 308), fill=(220, 220, 220))
    for n in range(4):
        draw.rectangle((716 + n * 42, 300, 737 + n * 42, 308), fill=(196, 40, 44))


@lru_cache(maxsize=BODIES_KEPT_MAX)
def body(look: Look) -> Image.Image:
    """Draw one side of a conveyance on a clear ground."""
    width, height = _BODIES[look.vehicle]
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((10, height - 26, width - 10, height - 1), fill=(0, 0, 0, 120))
    _DRAWN[look.vehicle, look.side](draw, width, height, _PAINTS[look.paint])
    return image


def _wheels(draw: ImageDraw.ImageDraw, width: int, height: int, inset: int, tall: int) -> None:
    for left in (inset, width - inset - 52):
        draw.rounded_rectangle((left, height - tall, left + 52, height - 6), radius=8, fill=(22, 22, 24))


def _lorry_front(draw: ImageDraw.ImageDraw, width: int, height: int, paint: Colour) -> None:
    shade = _between(paint, (0, 0, 0), 0.25)
    draw.rectangle((34, 0, width - 34, 70), fill=_between(paint, (255, 255, 255), 0.35))
    _wheels(draw, width, height, 36, 70)
    draw.rounded_rectangle((18, 44, width - 18, height - 34), radius=22, fill=paint)
    draw.rounded_rectangle((40, 78, width - 40, 190), radius=14, fill=(52, 70, 84))
    draw.polygon([(60, 84), (150, 84), (90, 184), (50, 184)], fill=(86, 108, 124))
    for n in range(6):
        draw.rectangle((84, 214 + n * 15, width - 84, 221 + n * 15), fill=(38, 40, 44))
    draw.rectangle((18, height - 92, width - 18, height - 34), fill=shade)
    for left in (30, width - 96):
        draw.rounded_rectangle((left, height - 122, left + 66, height - 92), radius=8, fill=(238, 240, 226))
    for left in (2, width - 20):
        draw.rectangle((left, 96, left + 18, 166), fill=(26, 27, 30))


def _lorry_rear(draw: ImageDraw.ImageDraw, width: int, height: int, paint: Colour) -> None:
    _wheels(draw, width, height, 30, 62)
    draw.rectangle((16, 4, width - 16, height - 74), fill=paint, outline=_between(paint, (0, 0, 0), 0.4), width=5)
    draw.line((width // 2, 6, width // 2, height - 76), fill=_between(paint, (0, 0, 0), 0.5), width=4)
    for x in (90, 140, width - 140, width - 90):
        draw.line((x, 10, x, height - 80), fill=(196, 198, 200), width=5)
    draw.rectangle((16, height - 74, width - 16, height - 26), fill=(44, 46, 50))
    for n in range(9):
        x = 22 + n * (width - 44) // 9
        fill = (214, 44, 44) if n % 2 else (244, 244, 240)
        draw.rectangle((x, height - 88, x + (width - 44) // 9, height - 78), fill=fill)
    for left in (24, width - 84):
        draw.rounded_rectangle((left, height - 66, left + 60, height - 42), radius=5, fill=(196, 30, 32))


def _bus_front(draw: ImageDraw.ImageDraw, width: int, height: int, paint: Colour) -> None:
    _wheels(draw, width, height, 40, 54)
    draw.rounded_rectangle((14, 6, width - 14, height - 24), radius=30, fill=paint)
    draw.rounded_rectangle((32, 64, width - 32, 250), radius=18, fill=(48, 66, 80))
    draw.line((width // 2, 66, width // 2, 248), fill=_between(paint, (0, 0, 0), 0.4), width=6)
    draw.rounded_rectangle((70, 20, width - 70, 52), radius=8, fill=(20, 22, 20))
    draw.text((width // 2, 36), "BISHKEK", fill=(250, 190, 40), font=font(22), anchor="mm")
    for left in (28, width - 100):
        draw.rounded_rectangle((left, height - 112, left + 72, height - 80), radius=14, fill=(240, 242, 230))


def _bus_rear(draw: ImageDraw.ImageDraw, width: int, height: int, paint: Colour) -> None:
    _wheels(draw, width, height, 40, 54)
    draw.rounded_rectangle((14, 6, width - 14, height - 24), radius=26, fill=paint)
    draw.rounded_rectangle((54, 40, width - 54, 150), radius=14, fill=(48, 66, 80))
    for n in range(6):
        draw.rectangle((80, 190 + n * 16, width - 80, 197 + n * 16), fill=_between(paint, (0, 0, 0), 0.45))
    for left in (24, width - 64):
        draw.rounded_rectangle((left, height - 190, left + 40, height - 90), radius=8, fill=(196, 30, 32))


def _car_front(draw: ImageDraw.ImageDraw, width: int, height: int, paint: Colour) -> None:
    _wheels(draw, width, height, 26, 64)
    draw.polygon([(78, 8), (width - 78, 8), (width - 40, 104), (40, 104)], fill=_between(paint, (0, 0, 0), 0.15))
    draw.polygon([(88, 18), (width - 88, 18), (width - 56, 98), (56, 98)], fill=(54, 72, 86))
    draw.rounded_rectangle((14, 98, width - 14, height - 26), radius=26, fill=paint)
    draw.rounded_rectangle((96, 138, width - 96, 170), radius=8, fill=(34, 36, 40))
    for left in (26, width - 90):
        draw.rounded_rectangle((left, 126, left + 64, 160), radius=14, fill=(240, 242, 232))
    draw.rectangle((30, height - 66, width - 30, height - 34), fill=_between(paint, (0, 0, 0), 0.3))


def _car_rear(draw: ImageDraw.ImageDraw, width: int, height: int, paint: Colour) -> None:
    _wheels(draw, width, height, 26, 60)
    draw.polygon([(82, 8), (width - 82, 8), (width - 44, 96), (44, 96)], fill=_between(paint, (0, 0, 0), 0.15))
    draw.polygon([(94, 18), (width - 94, 18), (width - 66, 90), (66, 90)], fill=(50, 66, 80))
    draw.rounded_rectangle((14, 90, width - 14, height - 26), radius=24, fill=paint)
    for left in (22, width - 84):
        draw.rounded_rectangle((left, 112, left + 62, 146), radius=8, fill=(190, 28, 32))
    draw.rectangle((30, height - 62, width - 30, height - 34), fill=_between(paint, (0, 0, 0), 0.35))


_DRAWN: Final = {
    ("lorry", "front"): _lorry_front, ("lorry", "rear"): _lorry_rear, ("bus", "front"): _bus_front,
    ("bus", "rear"): _bus_rear, ("car", "front"): _car_front, ("car", "rear"): _car_rear,
}  # fmt: skip


def _stamp(at: Instant) -> str:
    seconds, ms = divmod(at + _LOCAL_MS, 1000)
    days, rest = divmod(seconds, 86400)
    return f"{_date(days)} {rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}.{ms:03d}"


def _date(days: int) -> str:
    return (_EPOCH_DAY + timedelta(days=days)).isoformat()


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()
