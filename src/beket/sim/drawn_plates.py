"""Number plates drawn as the countries make them: colours, region box, flag and its side (reference 06 §6)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from beket.sim.fleet import Sign

SIZE: Final = (416, 90)
"""A plate of 520 x 112 mm at 0.8 pixels to the millimetre."""

PLATES_KEPT_MAX: Final = 128
"""Drawn plates kept: a conveyance is photographed a few times within minutes."""

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]

_BLACK: Final[Colour] = (18, 18, 22)
_WHITE: Final[Colour] = (246, 246, 242)
_GROUNDS: Final[dict[str, Colour]] = {"white": _WHITE, "yellow": (244, 196, 32), "blue": (22, 66, 160)}
_RED: Final[Colour] = (206, 32, 40)
_SUN: Final[Colour] = (250, 208, 40)

_STROKES: Final[dict[str, tuple[tuple[tuple[int, int], ...], ...]]] = {
    "新": (
        ((35, 3), (40, 13)), ((10, 20), (64, 20)), ((24, 25), (29, 39)), ((50, 25), (44, 39)), ((6, 45), (66, 45)),
        ((11, 63), (62, 63)), ((37, 45), (37, 96), (29, 90)), ((33, 67), (10, 88)), ((42, 68), (60, 84)),
        ((94, 5), (73, 15)), ((74, 14), (74, 52), (60, 97)), ((74, 41), (99, 41)), ((88, 41), (88, 98)),
    ),
    "挂": (
        ((3, 26), (39, 26)), ((22, 4), (22, 92), (12, 84)), ((3, 64), (41, 50)), ((48, 18), (94, 18)),
        ((44, 42), (98, 42)), ((71, 3), (71, 42)), ((50, 66), (92, 66)), ((71, 47), (71, 92)), ((41, 93), (100, 93)),
    ),
}  # fmt: skip
"""Two Chinese signs as strokes on a field of 100 x 100: fonts that ship with the imaging library have neither."""


@lru_cache(maxsize=32)
def font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    """Give the plain font that comes with the imaging library, so that no machine's fonts matter."""
    return ImageFont.load_default(size)


@lru_cache(maxsize=PLATES_KEPT_MAX)
def plate(sign: Sign) -> Image.Image:
    """Draw a plate; do not draw on what you get, it is kept."""
    image = Image.new("RGB", SIZE, _GROUNDS[sign.colour])
    draw = ImageDraw.Draw(image)
    ink = _WHITE if sign.colour == "blue" else _BLACK
    draw.rounded_rectangle((2, 2, SIZE[0] - 3, SIZE[1] - 3), radius=9, outline=ink, width=4)
    _STYLES[sign.style](image, sign.value, ink)
    return image


@lru_cache(maxsize=512)
def _glyph(mark: str, size: int) -> Image.Image:
    """Cut one sign as a stencil: setting type anew for every plate would be most of the work."""
    stencil = Image.new("L", (size + 8, size + 8), 0)
    middle = (size + 8) / 2
    ImageDraw.Draw(stencil).text((middle, middle), mark, fill=255, font=font(size), anchor="mm", stroke_width=2)
    return stencil


def _text(image: Image.Image, box: Box, text: str, ink: Colour, size: int) -> None:
    """Set text across a box, each sign in an equal share of it, as stamped plates have them."""
    left, top, right, bottom = box
    share = (right - left) / max(len(text), 1)
    for n, mark in enumerate(text):
        across, down = left + share * (n + 0.5), (top + bottom) / 2
        if mark in _STROKES:
            _stroke(ImageDraw.Draw(image), mark, (across, down), size * 0.8, ink)
        elif mark != " ":
            stencil = _glyph(mark, size)
            image.paste(ink, (round(across - stencil.width / 2), round(down - stencil.height / 2)), stencil)


def _stroke(draw: ImageDraw.ImageDraw, mark: str, centre: tuple[float, float], size: float, ink: Colour) -> None:
    left, top = centre[0] - size / 2, centre[1] - size / 2
    for line in _STROKES[mark]:
        draw.line([(left + x * size / 100, top + y * size / 100) for x, y in line], fill=ink, width=5, joint="curve")


def _kg(image: Image.Image, value: str, ink: Colour) -> None:
    draw = ImageDraw.Draw(image)
    draw.line((92, 4, 92, SIZE[1] - 5), fill=ink, width=3)
    _text(image, (12, 6, 86, 50), value[:2], ink, 44)
    draw.rectangle((14, 58, 44, 78), fill=_RED)
    draw.ellipse((23, 62, 35, 74), fill=_SUN)
    _text(image, (48, 56, 88, 80), "KG", ink, 22)
    _text(image, (100, 6, 402, 84), value[2:5] + " " + value[5:], ink, 70)


def _kg_old(image: Image.Image, value: str, ink: Colour) -> None:
    draw = ImageDraw.Draw(image)
    draw.rectangle((6, 6, 40, SIZE[1] - 7), fill=_RED)
    draw.ellipse((13, 34, 33, 54), fill=_SUN)
    _text(image, (46, 6, 404, 84), f"{value[0]} {value[1:5]} {value[5:]}", ink, 66)


def _kz(image: Image.Image, value: str, ink: Colour) -> None:
    draw = ImageDraw.Draw(image)
    draw.rectangle((10, 14, 42, 34), fill=(0, 170, 200))
    draw.ellipse((21, 18, 33, 30), fill=_SUN)
    _text(image, (8, 40, 44, 74), "KZ", ink, 24)
    draw.line((332, 4, 332, SIZE[1] - 5), fill=ink, width=3)
    body = value[:-2]
    digits = sum(mark.isdigit() for mark in body)
    _text(image, (48, 6, 326, 84), f"{body[:digits]} {body[digits:]}", ink, 66)
    _text(image, (338, 6, 406, 84), value[-2:], ink, 56)


def _uz(image: Image.Image, value: str, ink: Colour) -> None:
    draw = ImageDraw.Draw(image)
    draw.line((84, 4, 84, SIZE[1] - 5), fill=ink, width=3)
    _text(image, (10, 6, 80, 84), value[:2], ink, 56)
    _text(image, (92, 6, 360, 84), value[2:], ink, 64)
    for n, stripe in enumerate(((0, 120, 180), _WHITE, (30, 150, 60))):
        draw.rectangle((368, 18 + n * 8, 402, 26 + n * 8), fill=stripe, outline=None)
    draw.rectangle((368, 18, 402, 42), outline=(150, 150, 150))
    _text(image, (366, 48, 404, 76), "UZ", (0, 110, 170), 24)


def _tj(image: Image.Image, value: str, ink: Colour) -> None:
    draw = ImageDraw.Draw(image)
    for n, stripe in enumerate((_RED, _WHITE, (20, 130, 50))):
        draw.rectangle((10, 16 + n * 8, 42, 24 + n * 8), fill=stripe)
    draw.ellipse((22, 24, 30, 32), fill=_SUN)
    _text(image, (8, 46, 44, 76), "TJ", ink, 24)
    draw.line((332, 4, 332, SIZE[1] - 5), fill=ink, width=3)
    body = value[:-2]
    _text(image, (48, 6, 326, 84), f"{body[:-2]} {body[-2:]}", ink, 66)
    _text(image, (338, 6, 406, 84), value[-2:], ink, 56)


def _ru(image: Image.Image, value: str, ink: Colour) -> None:
    draw = ImageDraw.Draw(image)
    cut = ru_region_at(value)
    draw.line((318, 4, 318, SIZE[1] - 5), fill=ink, width=3)
    _text(image, (12, 8, 312, 86), value[:cut], ink, 66)
    _text(image, (324, 4, 406, 54), value[cut:], ink, 44)
    _text(image, (324, 58, 372, 82), "RUS", ink, 20)
    for n, stripe in enumerate((_WHITE, (20, 60, 160), _RED)):
        draw.rectangle((378, 60 + n * 6, 402, 66 + n * 6), fill=stripe)


def ru_region_at(value: str) -> int:
    """Say where the region begins: after the last letter of a car's plate, after the number of a trailer's or bus's."""
    if value[-1].isdigit() and value[0].isalpha() and value[1].isdigit():
        return len(value.rstrip("0123456789"))
    return 6 if len(value) >= 8 and not value[1:2].isdigit() and len(value) - 6 in (2, 3) else 5


def _cn(image: Image.Image, value: str, ink: Colour) -> None:
    draw = ImageDraw.Draw(image)
    _text(image, (12, 6, 128, 84), value[:2], ink, 68)
    draw.ellipse((134, 41, 142, 49), fill=ink)
    _text(image, (148, 6, 406, 84), value[2:], ink, 68)


_STYLES: Final = {"KG": _kg, "KG_OLD": _kg_old, "KZ": _kz, "UZ": _uz, "TJ": _tj, "RU": _ru, "CN": _cn}
