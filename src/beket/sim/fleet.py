"""What drives through the rehearsal: lorries, buses and cars with true plate formats, containers, weights, cargo.

Plate formats: reference 06 §6. Containers: ISO 6346 with its check digit. Shares and weights are our own plausible
picture.
"""

from __future__ import annotations

from random import Random
from typing import Final, Literal, TypeVar

from msgspec import Struct

from beket.words.readings import Axle

VehicleKind = Literal["lorry", "bus", "car"]
Style = Literal["KG", "KG_OLD", "KZ", "UZ", "TJ", "CN", "RU"]

_LATIN: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SHARED: Final = "ABEKMHOPCTYX"
"""Letters that Cyrillic and Latin share: RU and TJ plates use no others."""
_CHINESE: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""A Chinese plate never shows I or O."""

_UZ_REGIONS: Final = ("01", "10", "20", "25", "30", "40", "50", "60", "70", "75", "80", "85", "90", "95")


class Sign(Struct, frozen=True, kw_only=True):
    """A number plate as it is: its canonical value, its country, and how it is drawn."""

    value: str
    country: str
    style: Style
    colour: Literal["white", "yellow", "blue"] = "white"


class Vehicle(Struct, frozen=True, kw_only=True):
    """A conveyance: what its front and its rear show, what it weighs, and what a portal would feel."""

    kind: VehicleKind
    country: str
    front: Sign | None
    rear: Sign | None
    container: str | None
    gross_kg: int
    gamma: bool
    neutron: bool
    paint: int


_MIX: Final[dict[str | None, tuple[tuple[VehicleKind, float], ...]]] = {
    "CN": (("lorry", 0.94), ("bus", 0.03), ("car", 0.03)),
    "KZ": (("lorry", 0.42), ("bus", 0.08), ("car", 0.50)),
    "UZ": (("lorry", 0.34), ("bus", 0.08), ("car", 0.58)),
    "TJ": (("lorry", 0.45), ("bus", 0.05), ("car", 0.50)),
    None: (("lorry", 0.70), ("bus", 0.02), ("car", 0.28)),
}
_COUNTRIES: Final[dict[str | None, tuple[tuple[str, float], ...]]] = {
    "CN": (("KG", 0.42), ("CN", 0.40), ("UZ", 0.08), ("KZ", 0.04), ("TJ", 0.04), ("RU", 0.02)),
    "KZ": (("KG", 0.46), ("KZ", 0.38), ("RU", 0.08), ("UZ", 0.06), ("TJ", 0.02)),
    "UZ": (("KG", 0.45), ("UZ", 0.44), ("KZ", 0.05), ("RU", 0.04), ("TJ", 0.02)),
    "TJ": (("KG", 0.48), ("TJ", 0.44), ("UZ", 0.04), ("KZ", 0.02), ("RU", 0.02)),
    None: (("KG", 0.86), ("KZ", 0.08), ("RU", 0.03), ("UZ", 0.03)),
}

_CONTAINER_SHARE: Final[dict[str | None, float]] = {"CN": 0.35, "KZ": 0.12, "UZ": 0.08, "TJ": 0.05, None: 0.15}
_BARE_SHARE: Final = 0.003
"""Conveyances that carry no plate at all."""
_NORM_SHARE: Final = 0.004
"""Lorries whose cargo radiates by nature: ceramics, fertiliser, granite (reference 03 §3.4)."""
_NEUTRON_SHARE: Final = 0.0001
_LORRY_EMPTY_SHARE: Final = 0.3
_OWNERS: Final = ("CSQ", "MSK", "TGH", "TCK", "TLL", "SEG", "CAX", "RZD", "TKR", "BMO")
_SCALE_STEP_KG: Final = 20


T = TypeVar("T")


def pick(rng: Random, shares: tuple[tuple[T, float], ...]) -> T:
    """Choose one by its share."""
    return rng.choices([what for what, _ in shares], [share for _, share in shares])[0]


def vehicle(rng: Random, neighbour: str | None) -> Vehicle:
    """Make one conveyance of those that come to a post with this neighbour."""
    known = neighbour if neighbour in _MIX else None
    kind = pick(rng, _MIX[known])
    country = pick(rng, _COUNTRIES[known])
    bare = rng.random() < _BARE_SHARE
    front = None if bare else sign(rng, country, kind, trailer=False)
    lorry = kind == "lorry"
    trailer_country = country if rng.random() < 0.9 else pick(rng, _COUNTRIES[known])
    rear = sign(rng, trailer_country, kind, trailer=True) if lorry and not bare else front
    boxed = lorry and rng.random() < _CONTAINER_SHARE[known]
    return Vehicle(
        kind=kind,
        country=country,
        front=front,
        rear=rear,
        container=container(rng) if boxed else None,
        gross_kg=gross_kg(rng, kind),
        gamma=lorry and rng.random() < _NORM_SHARE,
        neutron=rng.random() < _NEUTRON_SHARE,
        paint=rng.randrange(8),
    )


def gross_kg(rng: Random, kind: VehicleKind) -> int:
    """Weigh a conveyance of its class, in the scale's own steps."""
    match kind:
        case "car":
            kg = rng.gauss(1700, 350)
        case "bus":
            kg = rng.gauss(13500, 2500)
        case "lorry":
            empty = rng.random() < _LORRY_EMPTY_SHARE
            kg = rng.gauss(15500, 1500) if empty else rng.gauss(34000, 6000)
    return _SCALE_STEP_KG * round(min(max(kg, 900), 62000) / _SCALE_STEP_KG)


_AXLES: Final[dict[VehicleKind, tuple[tuple[float, float], ...]]] = {
    "car": ((0.54, 0), (0.46, 2.7)),
    "bus": ((0.36, 0), (0.64, 6.1)),
    "lorry": ((0.18, 0), (0.28, 3.7), (0.18, 5.6), (0.18, 1.31), (0.18, 1.31)),
}
"""Of each axle from the front, its share of the whole weight and its way from the axle before it in metres."""

_ROLLING_ERROR: Final = 0.05
"""Furthest that one axle's load is off when it is weighed rolling."""


def axles(rng: Random, whose: Vehicle) -> tuple[Axle, ...]:
    """Weigh a conveyance rolling, axle by axle: each load errs by itself."""
    return tuple(
        Axle(
            load_kg=_SCALE_STEP_KG
            * round(whose.gross_kg * share * rng.uniform(1 - _ROLLING_ERROR, 1 + _ROLLING_ERROR) / _SCALE_STEP_KG),
            spacing_m=spacing_m or None,
        )
        for share, spacing_m in _AXLES[whose.kind]
    )


def container(rng: Random) -> str:
    """Number a container validly: owner, U, six digits, check digit (ISO 6346)."""
    head = rng.choice(_OWNERS) + "U" + _digits(rng, 6)
    return head + str(check_digit(head))


def check_digit(head: str) -> int:
    """Compute a container's check digit: letters count 10-38 without 11, 22, 33; weights 2^i; mod 11 mod 10."""
    total = sum(_container_value(mark) << place for place, mark in enumerate(head))
    return total % 11 % 10


_LETTER_VALUES: Final = tuple(value for value in range(10, 39) if value % 11)
"""10 to 38 without the multiples of eleven."""


def _container_value(mark: str) -> int:
    return int(mark) if mark.isdigit() else _LETTER_VALUES[ord(mark) - ord("A")]


def sign(rng: Random, country: str, kind: VehicleKind, *, trailer: bool) -> Sign:
    """Make a plate of a country, for a tractor, bus or car, or for a trailer where it has plates of its own."""
    company = kind != "car" and rng.random() < 0.6
    match country:
        case "KG":
            return _kg(rng, company=company)
        case "KZ":
            return _kz(rng, company=company, trailer=trailer and kind == "lorry")
        case "UZ":
            return _uz(rng, company=company, trailer=trailer and kind == "lorry")
        case "TJ":
            value = _digits(rng, 3 if company else 4) + _letters(rng, 2, _SHARED) + f"0{rng.randint(1, 8)}"
            return Sign(value=value, country="TJ", style="TJ")
        case "CN":
            return _cn(rng, kind, trailer=trailer and kind == "lorry")
        case _:
            return _ru(rng, kind, trailer=trailer and kind == "lorry")


def _kg(rng: Random, *, company: bool) -> Sign:
    if rng.random() < 0.06:
        value = rng.choice("BDEINOSTZAC") + _digits(rng, 4) + _letters(rng, rng.randint(1, 2))
        return Sign(value=value, country="KG", style="KG_OLD")
    region = rng.choices(range(1, 10), [34, 7, 4, 8, 3, 11, 3, 22, 8])[0]
    value = f"0{region}{_digits(rng, 3)}{_letters(rng, 2 if company else 3)}"
    return Sign(value=value, country="KG", style="KG")


def _kz(rng: Random, *, company: bool, trailer: bool) -> Sign:
    region = f"{rng.choice((2, 2, 2, 5, 8, 13, 17, 1, 9, 16)):02d}"
    if trailer:
        value = _digits(rng, 2) + _letters(rng, 3) + region
    else:
        value = _digits(rng, 3) + _letters(rng, 2 if company else 3) + region
    return Sign(value=value, country="KZ", style="KZ")


def _uz(rng: Random, *, company: bool, trailer: bool) -> Sign:
    region = rng.choice(_UZ_REGIONS)
    if trailer:
        value = region + _digits(rng, 4) + _letters(rng, 2)
    elif company:
        value = region + _digits(rng, 3) + _letters(rng, 3)
    else:
        value = region + _letters(rng, 1) + _digits(rng, 3) + _letters(rng, 2)
    return Sign(value=value, country="UZ", style="UZ")


def _cn(rng: Random, kind: VehicleKind, *, trailer: bool) -> Sign:
    town = rng.choice("QQQQPPPAN")
    if trailer:
        return Sign(value=f"新{town}{_digits(rng, 4)}挂", country="CN", style="CN", colour="yellow")
    value = f"新{town}" + "".join(rng.choices(_CHINESE + "0123456789" * 4, k=5))
    return Sign(value=value, country="CN", style="CN", colour="blue" if kind == "car" else "yellow")


def _ru(rng: Random, kind: VehicleKind, *, trailer: bool) -> Sign:
    region = rng.choice(("22", "54", "154", "55", "77", "777", "74", "56", "63", "66", "199"))
    if trailer:
        value = _letters(rng, 2, _SHARED) + _digits(rng, 4) + region
    elif kind == "bus":
        value = _letters(rng, 2, _SHARED) + _digits(rng, 3) + region
        return Sign(value=value, country="RU", style="RU", colour="yellow")
    else:
        value = _letters(rng, 1, _SHARED) + _digits(rng, 3) + _letters(rng, 2, _SHARED) + region
    return Sign(value=value, country="RU", style="RU")


def _digits(rng: Random, count: int) -> str:
    return f"{rng.randrange(1, 10**count):0{count}d}"


def _letters(rng: Random, count: int, of: str = _LATIN) -> str:
    return "".join(rng.choices(of, k=count))


_CONFUSED: Final = {
    "0": "ODQ", "O": "0DQ", "D": "0O", "Q": "0O", "8": "B", "B": "8", "1": "IL", "I": "1L", "L": "1I",
    "2": "Z", "Z": "2",
    "5": "S", "S": "5", "6": "G", "G": "6", "M": "HN", "H": "MN", "N": "MH", "4": "A", "A": "4", "7": "T", "T": "7",
}  # fmt: skip
"""Signs a camera takes for one another, by measured frequency (reference 06 §4 rule 4 and §6)."""


def misread(rng: Random, value: str) -> str:
    """Read one sign of a plate wrongly, as cameras do; a plate without any such sign is read right."""
    places = [at for at, mark in enumerate(value) if mark in _CONFUSED]
    if not places:
        return value
    at = rng.choice(places)
    return value[:at] + rng.choice(_CONFUSED[value[at]]) + value[at + 1 :]
