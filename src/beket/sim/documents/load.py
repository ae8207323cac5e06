"""What a loaded lorry really carries: goods with masses, packages and worth, whose they are, and under what seals.

All names are invented. The codes are subheadings of the Harmonized System 2022; weights and prices are our own
plausible picture.
"""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Final

from msgspec import Struct

from beket.sim.fleet import Sign, Vehicle
from beket.words.site import Direction

LOADED_FROM_KG: Final = 20_500
"""A lorry that weighs less is taken to be empty: lorry and trailer weigh up to 20 t by themselves."""

TARE_KG: Final = (13_000, 17_000)
"""What a lorry with its trailer weighs without goods."""

LINES_MAX: Final = 4
"""Most lines of goods on one lorry here; a real one has mostly one or two, groupage has dozens."""

NET_SHARE: Final = (0.90, 0.98)
"""What is left of a gross mass without packing."""

SEALS_MAX: Final = 2
TENTH: Final = Decimal("0.1")
CENT: Final = Decimal("0.01")

HOME: Final = "KG"
ELSEWHERE: Final = "RU"
"""Where goods come from and go to at a post that has no neighbour: an airport, a railway station."""


class Kind(Struct, frozen=True):
    """One kind of goods: how it is packed, what one package weighs, and what a kilogram costs in dollars."""

    code: str
    description: str
    packing: str
    package_kg: int
    usd: str
    radiates: bool = False


KINDS: Final = (
    Kind("690721", "Плитка керамическая для полов", "CT", 30, "0.45", radiates=True),
    Kind("310520", "Удобрения минеральные, в мешках", "BG", 50, "0.40", radiates=True),
    Kind("251612", "Гранит распиленный, блоками", "PK", 900, "0.30", radiates=True),
    Kind("080810", "Яблоки свежие", "BX", 20, "0.60"),
    Kind("070310", "Лук репчатый свежий", "BG", 30, "0.25"),
    Kind("110100", "Мука пшеничная", "BG", 50, "0.35"),
    Kind("170199", "Сахар белый", "BG", 50, "0.55"),
    Kind("200290", "Томатная паста", "DR", 220, "0.90"),
    Kind("520100", "Хлопок-волокно", "BL", 215, "1.70"),
    Kind("610910", "Футболки трикотажные хлопчатобумажные", "CT", 18, "7.50"),
    Kind("640299", "Обувь с верхом из пластмассы", "CT", 16, "5.20"),
    Kind("392410", "Посуда столовая пластмассовая", "CT", 14, "2.10"),
    Kind("401120", "Шины для грузовых автомобилей", "NE", 58, "2.90"),
    Kind("721420", "Арматура стальная для железобетона", "BE", 1500, "0.65"),
    Kind("841510", "Кондиционеры воздуха оконные", "CT", 38, "6.40"),
    Kind("870899", "Части автомобилей прочие", "CT", 24, "4.80"),
    Kind("940360", "Мебель деревянная прочая", "CT", 35, "2.60"),
)
"""What drives through the rehearsal."""

_TOWNS: Final = {"KG": "Бишкек", "KZ": "Алматы", "UZ": "Андижан", "TJ": "Худжанд", "CN": "Кашгар", "RU": "Омск"}
_FORMS: Final = {"KG": "ОсОО", "KZ": "ТОО", "UZ": "МЧЖ", "TJ": "ҶДММ", "CN": "Торговый дом", "RU": "ООО"}
_FIRST: Final = ("Пробный", "Учебный", "Условный", "Примерный", "Опытный", "Вымышленный")
_SECOND: Final = (
    "караван", "перевал", "базар", "мост", "склад", "урожай", "станок", "ветер", "родник", "тополь", "беркут", "маяк",
)  # fmt: skip


class Firm(Struct, frozen=True):
    """An invented company."""

    name: str
    country: str
    town: str


class Line(Struct, frozen=True, kw_only=True):
    """One line of goods."""

    kind: Kind
    origin: str
    packages: int
    gross_kg: Decimal
    net_kg: Decimal
    value: Decimal


class Load(Struct, frozen=True, kw_only=True):
    """What one lorry carries, and the numbers that its papers go by.

    `told_gross_kg` is the total that papers give: the sum of the lines, unless somebody wrote another.
    """

    tractor: Sign
    trailer: Sign | None
    container: str | None
    conveyance_kg: int
    lines: tuple[Line, ...]
    consignor: Firm
    consignee: Firm
    carrier: Firm
    currency: str
    seals: tuple[str, ...]
    dispatch: str
    destination: str
    note: str
    invoice: str
    serial: int
    told_gross_kg: Decimal

    @property
    def gross_kg(self) -> Decimal:
        """What the goods weigh with their packing."""
        return sum((line.gross_kg for line in self.lines), Decimal(0))

    @property
    def packages(self) -> int:
        """How many packages there are."""
        return sum(line.packages for line in self.lines)

    @property
    def value(self) -> Decimal:
        """What the goods are worth together."""
        return sum((line.value for line in self.lines), Decimal(0))

    @property
    def signs(self) -> tuple[Sign, ...]:
        """The plates that papers name: the trailer's only where it bears one of its own."""
        others = (self.trailer,) if self.trailer is not None and self.trailer.value != self.tractor.value else ()
        return (self.tractor, *others)


def load_of(rng: Random, vehicle: Vehicle, neighbour: str | None, way: Direction, serial: int) -> Load | None:
    """Load a lorry as heavily as it weighs; None for an empty one, and for whoever no paper could name.

    `serial` is what its papers are numbered by.
    """
    if vehicle.kind != "lorry" or vehicle.front is None or vehicle.gross_kg < LOADED_FROM_KG:
        return None
    abroad = neighbour if neighbour in _TOWNS else ELSEWHERE
    dispatch, destination = (abroad, HOME) if way == "in" else (HOME, abroad)
    goods_kg = vehicle.gross_kg - rng.randint(*TARE_KG)
    lines = tuple(_lines(rng, goods_kg, dispatch, radiates=vehicle.gamma))
    return Load(
        tractor=vehicle.front,
        trailer=vehicle.rear,
        container=vehicle.container,
        conveyance_kg=vehicle.gross_kg,
        lines=lines,
        consignor=firm(rng, dispatch),
        consignee=firm(rng, destination),
        carrier=firm(rng, vehicle.country if vehicle.country in _TOWNS else ELSEWHERE),
        currency=rng.choice(("USD", "CNY") if abroad == "CN" else ("USD", "RUB")),
        seals=tuple(f"{dispatch}{rng.randrange(10**7):07d}" for _ in range(rng.randint(1, SEALS_MAX))),
        dispatch=dispatch,
        destination=destination,
        note=f"CMR-UT-{serial:09d}",
        invoice=f"INV-UT-{serial:09d}",
        serial=serial,
        told_gross_kg=sum((line.gross_kg for line in lines), Decimal(0)),
    )


def _lines(rng: Random, goods_kg: int, origin: str, *, radiates: bool) -> list[Line]:
    """Share the goods over some lines so that no gram is lost; the masses are told to the tenth of a kilogram."""
    kinds = rng.sample(KINDS, rng.randint(1, LINES_MAX))
    if radiates and not any(kind.radiates for kind in kinds):
        kinds[0] = rng.choice([kind for kind in KINDS if kind.radiates])
    left, lines = Decimal(goods_kg), []
    for at, kind in enumerate(kinds):
        last = at == len(kinds) - 1
        gross = left if last else (left * Decimal(rng.randint(20, 60)) / 100).quantize(TENTH)
        left -= gross
        lines.append(line_of(kind, origin, gross, Decimal(f"{rng.uniform(*NET_SHARE):.3f}")))
    return lines


def line_of(kind: Kind, origin: str, gross_kg: Decimal, net_share: Decimal) -> Line:
    """Make a line of goods of this mass."""
    return Line(
        kind=kind,
        origin=origin,
        packages=max(1, round(gross_kg / kind.package_kg)),
        gross_kg=gross_kg,
        net_kg=(gross_kg * net_share).quantize(TENTH),
        value=(gross_kg * Decimal(kind.usd)).quantize(CENT),
    )


def firm(rng: Random, country: str, beside: str | None = None) -> Firm:
    """Invent a company; never the one that is named `beside` it."""
    while True:
        name = f"{_FORMS[country]} «{rng.choice(_FIRST)} {rng.choice(_SECOND)}»"
        if name != beside:
            return Firm(name, country, _TOWNS[country])
